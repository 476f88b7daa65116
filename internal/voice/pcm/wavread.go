package pcm

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/usercall/usercall/internal/research"
)

// maxBefore is how many bytes of a WAV may come before its samples.
const maxBefore = 1 << 20

// A Reader reads the samples of a WAV while it arrives. It believes a length only where it can be
// one: a server that sends what it has not finished yet cannot know it.
type Reader struct {
	Format Format

	from    *bufio.Reader
	decoder Decoder
	left    int64 // bytes of samples; negative where nobody knows
	bytes   []byte
	err     error // came together with bytes, and is for the next call
}

// NewReader reads up to the first sample. What is no WAV with samples of 16 bits is
// research.Invalid; an error of r is returned as it is.
func NewReader(r io.Reader) (*Reader, error) {
	w := &Reader{from: bufio.NewReader(r)}
	head := make([]byte, 12)
	if err := w.fill(head); err != nil {
		return nil, err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, research.Errorf(research.Invalid, "This is no WAV file. Ask for sound as WAV or as samples of 16 bits.")
	}
	for before := int64(len(head)); ; {
		found, n, err := w.chunk()
		if err != nil || found {
			return w, err
		}
		if before += n; before > maxBefore {
			return nil, research.Errorf(research.Invalid, "This WAV file has more than %d bytes before its sound, and is not read.", maxBefore)
		}
	}
}

// chunk reads the next part of the file, and says whether it is the one with the samples.
func (w *Reader) chunk() (found bool, n int64, err error) {
	var head [chunkHeader]byte
	if err := w.fill(head[:]); err != nil {
		return false, 0, err
	}
	size := binary.LittleEndian.Uint32(head[4:])
	switch string(head[:4]) {
	case "data":
		if w.Format.Channels == 0 {
			return false, 0, research.Errorf(research.Invalid, "This WAV file does not say how its samples are to be read.")
		}
		w.left = int64(size)
		if unknown(size) {
			w.left = -1
		}
		return true, 0, nil
	case "fmt ":
		err = w.format(size)
	default:
		err = w.skip(size)
	}
	return false, chunkHeader + int64(size), err
}

func (w *Reader) format(size uint32) error {
	if size < fmtSize || size > 1024 {
		return research.Errorf(research.Invalid, "This WAV file describes its sound in %d bytes, which cannot be.", size)
	}
	b := make([]byte, size+size%2)
	if err := w.fill(b); err != nil {
		return err
	}
	tag := binary.LittleEndian.Uint16(b)
	if tag == extensible && size >= subformat+2 {
		tag = binary.LittleEndian.Uint16(b[subformat:])
	}
	channels, rate, bits := binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint16(b[14:])
	if tag != plain || bits != 8*sampleSize || channels == 0 || channels > maxChannels || rate == 0 || rate > maxRate {
		return research.Errorf(research.Invalid, "This WAV file has %d channels with %d samples a second of %d bits in format %d. Ask for samples of 16 bits in format 1.", channels, rate, bits, tag)
	}
	w.Format = Format{Rate: int(rate), Channels: int(channels)}
	return nil
}

// skip passes over a part with something else; parts have an even length.
func (w *Reader) skip(size uint32) error {
	if size > maxBefore {
		return research.Errorf(research.Invalid, "This WAV file has more than %d bytes before its sound, and is not read.", maxBefore)
	}
	_, err := w.from.Discard(int(size + size%2))
	return cutOff(err)
}

func (w *Reader) fill(b []byte) error {
	_, err := io.ReadFull(w.from, b)
	return cutOff(err)
}

// cutOff is err in words, where it says that the header ends too early.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &research.Error{Code: research.Invalid, Message: "This WAV file ends before its sound begins.", Err: err}
	}
	return err
}

// Read sets dst to the next samples, as many as have arrived, and returns how many. After the last
// it returns io.EOF; half a sample at the end is left out.
func (w *Reader) Read(dst []int16) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	if cap(w.bytes) < sampleSize*len(dst) {
		w.bytes = make([]byte, sampleSize*len(dst))
	}
	for w.err == nil {
		var chunk []byte
		chunk, w.err = w.bytesUpTo(sampleSize * len(dst))
		if samples := w.decoder.Append(dst[:0], chunk); len(samples) > 0 {
			return len(samples), nil
		}
	}
	return 0, w.err
}

// bytesUpTo reads at most n bytes of samples. The decoder may hold half a sample already, so n
// bytes and that make no more than n/2 samples.
func (w *Reader) bytesUpTo(n int) ([]byte, error) {
	if w.left >= 0 {
		n = int(min(int64(n), w.left))
	}
	if n == 0 {
		return nil, io.EOF
	}
	read, err := w.from.Read(w.bytes[:n])
	if w.left >= 0 {
		w.left -= int64(read)
	}
	return w.bytes[:read], err
}
