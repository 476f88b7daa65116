package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"

	"github.com/usercall/usercall/internal/voice/pcm"
)

const (
	blockSize = 4096 // moments that FLAC packs at once
	// blockSizes is where a FLAC file says how long its shortest and its longest block are. The last
	// one does not count, but the encoder counts it, and players refuse blocks of fewer than 16.
	blockSizes = 8
)

// encode writes what the WAV holds as FLAC.
func encode(ctx context.Context, to *os.File, wav io.ReaderAt) error {
	sound, err := samples(wav)
	if err != nil {
		return err
	}
	info := &meta.StreamInfo{BlockSizeMin: blockSize, BlockSizeMax: blockSize, SampleRate: Rate, NChannels: 2, BitsPerSample: 16}
	encoder, err := flac.NewEncoder(struct{ io.WriteSeeker }{to}, info) // it would close the file
	if err != nil {
		return unsettled(err)
	}
	for block := newBlock(); ; {
		n, err := block.fill(ctx, sound)
		if err == nil && n > 0 {
			err = encoder.WriteFrame(&block.frame)
		}
		if err != nil {
			return unsettled(err)
		}
		if n < blockSize {
			break
		}
	}
	if err := encoder.Close(); err != nil {
		return unsettled(err)
	}
	const high, low = blockSize >> 8, blockSize & 0xff
	if _, err = to.WriteAt([]byte{high, low, high, low}, blockSizes); err != nil {
		return unsettled(err)
	}
	return nil
}

// samples reads a repaired WAV from its start.
func samples(wav io.ReaderAt) (*pcm.Reader, error) {
	return pcm.NewReader(io.NewSectionReader(wav, 0, 1<<62))
}

// A block is up to 4096 moments, side by side as in WAV and one track after the other as in FLAC.
type block struct {
	moments [2 * blockSize]int16
	tracks  [2][blockSize]int32
	frame   frame.Frame
}

func newBlock() *block { return &block{} }

// fill reads the next moments, all that the block holds unless the sound ends.
func (b *block) fill(ctx context.Context, from *pcm.Reader) (n int, err error) {
	n, err = fill(ctx, b.moments[:], from)
	n /= 2
	b.frame = frame.Frame{Header: frame.Header{
		HasFixedBlockSize: true, BlockSize: uint16(n), SampleRate: Rate, Channels: frame.ChannelsLR, BitsPerSample: 16,
	}}
	for track := range b.tracks {
		for i := range n {
			b.tracks[track][i] = int32(b.moments[2*i+track])
		}
		b.frame.Subframes = append(b.frame.Subframes, &frame.Subframe{
			SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, // the encoder finds a better one
			Samples:   b.tracks[track][:n], NSamples: n,
		})
	}
	return n, err
}

// fill reads samples until there is no room or there are no more.
func fill(ctx context.Context, to []int16, from *pcm.Reader) (n int, err error) {
	for n < len(to) && err == nil {
		var read int
		read, err = from.Read(to[n:])
		n += read
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return n, err
}

// verify reads the FLAC back and compares it with the WAV, of so many moments, sample by sample.
func verify(ctx context.Context, made, wav io.ReaderAt, length int64) error {
	stream, err := flac.New(io.NewSectionReader(made, 0, 1<<62))
	if err != nil {
		return unsettled(err)
	}
	if info := stream.Info; info.NSamples != uint64(length) || info.SampleRate != Rate || info.NChannels != 2 || info.BitsPerSample != 16 {
		return unsettled(fmt.Errorf("the FLAC file says %d samples at %d Hz instead of %d", info.NSamples, info.SampleRate, length))
	}
	sound, err := samples(wav)
	if err != nil {
		return err
	}
	for at := int64(0); ; {
		n, err := same(ctx, stream, sound)
		at += int64(n)
		if errors.Is(err, io.EOF) && at == length {
			return nil
		}
		if err != nil {
			return unsettled(fmt.Errorf("at sample %d of %d: %w", at, length, err))
		}
	}
}

var errDiffers = errors.New("the FLAC file differs from the WAV file")

// same compares the next FLAC block with what follows in the WAV, and returns how long it is.
// After the last it returns io.EOF.
func same(ctx context.Context, stream *flac.Stream, sound *pcm.Reader) (int, error) {
	block, err := stream.ParseNext()
	if err != nil {
		return 0, err
	}
	left, right := block.Subframes[0].Samples, block.Subframes[1].Samples
	want := make([]int16, 2*len(left))
	n, err := fill(ctx, want, sound)
	if err != nil {
		return 0, err
	}
	if n != len(want) || len(left) != len(right) {
		return 0, errDiffers
	}
	for i := range left {
		if left[i] != int32(want[2*i]) || right[i] != int32(want[2*i+1]) {
			return 0, errDiffers
		}
	}
	return len(left), nil
}
