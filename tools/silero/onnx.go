package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
)

// The numbers of the fields that are read, as onnx.proto gives them.
const (
	modelGraph                        = 7
	graphNode, graphInitializer       = 1, 5
	nodeOutput, nodeOp, nodeAttribute = 2, 4, 5
	attributeTensor, attributeGraph   = 5, 6
	tensorDims, tensorType            = 1, 2
	tensorName, tensorRaw             = 8, 9
	float32Type                       = 1
)

var errCut = errors.New("the ONNX file is cut off or damaged")

// A tensor is the float32 weights that a graph names.
type tensor struct {
	name   string
	dims   []int
	values []float32
}

// tensors returns every float32 tensor of an ONNX file, in the order of the file: initializers and
// constants, also those of graphs within graphs.
func tensors(file []byte) ([]tensor, error) {
	var all []tensor
	err := each(file, modelGraph, func(graph []byte) error { return inGraph(graph, &all) })
	return all, err
}

func inGraph(graph []byte, all *[]tensor) error {
	err := each(graph, graphInitializer, func(message []byte) error { return add(message, "", all) })
	if err != nil {
		return err
	}
	return each(graph, graphNode, func(node []byte) error { return inNode(node, all) })
}

func inNode(node []byte, all *[]tensor) error {
	var output string
	if err := each(node, nodeOutput, func(name []byte) error { output = string(name); return nil }); err != nil {
		return err
	}
	return each(node, nodeAttribute, func(attribute []byte) error {
		if err := each(attribute, attributeGraph, func(g []byte) error { return inGraph(g, all) }); err != nil {
			return err
		}
		return each(attribute, attributeTensor, func(t []byte) error { return add(t, output, all) })
	})
}

// add appends a tensor if it holds float32 as raw bytes; name stands for a constant, which has none.
func add(message []byte, name string, all *[]tensor) error {
	t := tensor{name: name}
	kind, raw := uint64(0), []byte(nil)
	for f, err := range fields(message) {
		switch {
		case err != nil:
			return err
		case f.number == tensorDims && f.bytes == nil:
			t.dims = append(t.dims, int(f.value))
		case f.number == tensorType:
			kind = f.value
		case f.number == tensorName && len(f.bytes) > 0:
			t.name = string(f.bytes)
		case f.number == tensorRaw:
			raw = f.bytes
		}
	}
	if kind != float32Type || raw == nil {
		return nil
	}
	for i := 0; i+4 <= len(raw); i += 4 {
		t.values = append(t.values, math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))
	}
	*all = append(*all, t)
	return nil
}

// each calls do with every field of that number that has bytes.
func each(message []byte, number uint64, do func([]byte) error) error {
	for f, err := range fields(message) {
		if err != nil {
			return err
		}
		if f.number == number && f.bytes != nil {
			if err := do(f.bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

// A field of a protobuf message: a number with a value, or with bytes.
type field struct {
	number, value uint64
	bytes         []byte
}

// fields walks a protobuf message.
func fields(message []byte) iter.Seq2[field, error] {
	return func(yield func(field, error) bool) {
		for len(message) > 0 {
			f, rest, err := next(message)
			if !yield(f, err) || err != nil {
				return
			}
			message = rest
		}
	}
}

func next(message []byte) (field, []byte, error) {
	key, n := binary.Uvarint(message)
	if n <= 0 {
		return field{}, nil, errCut
	}
	f, rest := field{number: key >> 3}, message[n:]
	size := 0
	switch key & 7 {
	case 0:
		f.value, size = binary.Uvarint(rest)
		if size <= 0 {
			return field{}, nil, errCut
		}
		return f, rest[size:], nil
	case 1:
		size = 8
	case 5:
		size = 4
	case 2:
		length, n := binary.Uvarint(rest)
		if n <= 0 || length > uint64(len(rest)-n) {
			return field{}, nil, errCut
		}
		f.bytes = rest[n : n+int(length) : n+int(length)]
		if f.bytes == nil {
			f.bytes = []byte{}
		}
		return f, rest[n+int(length):], nil
	default:
		return field{}, nil, fmt.Errorf("%w: wire type %d", errCut, key&7)
	}
	if size > len(rest) {
		return field{}, nil, errCut
	}
	return f, rest[size:], nil
}
