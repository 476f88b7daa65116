package pcm

import (
	"encoding/binary"
	"io"
	"math"
)

// HeaderSize is how many bytes stand before the samples in a file that this package writes.
const HeaderSize = 44

const (
	sampleSize   = 2 // bytes
	maxChannels  = 8
	maxRate      = 384_000    // samples a second
	maxData      = 0xFFFFFF00 // bytes; a WAV's length has 32 bits
	plain        = 1          // the format tag of samples as they are
	extensible   = 0xFFFE     // the format tag of "see further back"
	fmtSize      = 16
	chunkHeader  = 8
	subformat    = 24 // where an extensible format says what it is
	riffOverhead = HeaderSize - chunkHeader
)

// A Format says how samples follow one another: Rate moments a second, in each a sample of every
// channel. A sample has 16 bits.
type Format struct {
	Rate, Channels int
}

// frame is how many bytes one moment takes.
func (f Format) frame() int64 { return int64(f.Channels) * sampleSize }

// Header is the head of a WAV file with that many bytes of samples.
func Header(f Format, data int64) []byte {
	size := uint32(min(max(data, 0), maxData))
	h := make([]byte, 0, HeaderSize)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, size+riffOverhead)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, fmtSize)
	h = binary.LittleEndian.AppendUint16(h, plain)
	h = binary.LittleEndian.AppendUint16(h, uint16(f.Channels))
	h = binary.LittleEndian.AppendUint32(h, uint32(f.Rate))
	h = binary.LittleEndian.AppendUint32(h, uint32(int64(f.Rate)*f.frame()))
	h = binary.LittleEndian.AppendUint16(h, uint16(f.frame()))
	h = binary.LittleEndian.AppendUint16(h, 8*sampleSize)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// AppendWAV appends a whole WAV file.
func AppendWAV(dst []byte, f Format, samples []int16) []byte {
	dst = append(dst, Header(f, int64(len(samples))*sampleSize)...)
	return AppendBytes(dst, samples)
}

// A File is what a WAV can be repaired in.
type File interface {
	io.WriterAt
	Truncate(size int64) error
}

// Repair makes a WAV file playable that was cut off: the header says again what is there, and what
// does not fill a moment at the end is taken away. size is the file's length in bytes; f is what it
// was begun as, since the header may not have been written. It returns the length in moments. A
// second repair changes nothing.
func Repair(file File, size int64, f Format) (int64, error) {
	moments := min(max(size-HeaderSize, 0), maxData) / f.frame()
	data := moments * f.frame()
	if _, err := file.WriteAt(Header(f, data), 0); err != nil {
		return 0, err
	}
	return moments, file.Truncate(HeaderSize + data)
}

// unknown says that a length stands for "as long as it comes", which servers write that make the
// sound while they send it.
func unknown(size uint32) bool { return size == 0 || size >= math.MaxInt32-0xFFFF }
