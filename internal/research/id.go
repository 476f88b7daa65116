package research

import (
	"encoding/hex"
	"io"
	"time"
)

// Prefixes of public ids.
const (
	PrefixProject   = "prj_"
	PrefixStudy     = "stu_"
	PrefixTrigger   = "trg_"
	PrefixInvite    = "inv_"
	PrefixInterview = "itv_"
	PrefixTheme     = "thm_"
	PrefixQuote     = "qte_"
	PrefixIdentity  = "idk_" // of an identity key: its kid
	PrefixDelivery  = "dlv_"
)

// NewID makes a public id: prefix and a UUIDv7 (RFC 9562 §5.7) of now. It
// fails only when random does.
func NewID(prefix string, now time.Time, random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", err
	}
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return prefix + string(out[:]), nil
}
