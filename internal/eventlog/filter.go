package eventlog

// Filter says of a Hash that it is not in a set, or that it may be: a blocked
// Bloom filter, in which all bits of a Hash lie in one line of the cache.
// (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters, 2007.)
type Filter []byte

const (
	blockBytes  = 64
	bitsPerHash = 20 // about 1 of 2,500 that are not in the set pass
	probes      = 7
)

// NewFilter makes a filter of these.
func NewFilter(hashes []Hash) Filter {
	blocks := len(hashes)*bitsPerHash/(8*blockBytes) + 1
	f := make(Filter, blocks*blockBytes)
	for _, h := range hashes {
		block, bits := f.place(h)
		for range probes {
			block[bits>>3&63] |= 1 << (bits & 7)
			bits >>= 9
		}
	}
	return f
}

// May tells whether h may be in the set.
func (f Filter) May(h Hash) bool {
	if len(f) == 0 {
		return false
	}
	block, bits := f.place(h)
	for range probes {
		if block[bits>>3&63]&(1<<(bits&7)) == 0 {
			return false
		}
		bits >>= 9
	}
	return true
}

// place is the block of a Hash, and the bits of which each probe takes nine.
func (f Filter) place(h Hash) (block []byte, bits uint64) {
	blocks := uint64(len(f) / blockBytes)
	at := (uint64(h) >> 32) * blocks >> 32 * blockBytes
	return f[at : at+blockBytes : at+blockBytes], mix(uint64(h))
}
