package eventlog

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// anyHeads are heads of few people, with gaps. Some Hashes share a part, and some
// are at its ends.
func anyHeads(r *rand.Rand, n int) []Head {
	pick := func() Hash {
		return [...]Hash{0, 1, 2, 1 << 56, 1<<56 - 1, 1<<56 + 1, ^Hash(0), anonymous, Hash(r.Uint64()), 7 << 40}[r.IntN(10)]
	}
	heads := make([]Head, n)
	for i := range heads {
		if r.IntN(5) == 0 {
			continue
		}
		heads[i] = Head{User: pick(), Anon: pick(), Prev: pick(), Name: pick(), At: r.Int64N(100) - 50, Project: 1 + r.Uint32N(3)}
		heads[i].Message[0], heads[i].Message[7] = byte(r.IntN(20)), byte(r.IntN(3))
	}
	return heads
}

// naive is what a look-up has to find.
func naive(first int64, heads []Head) map[Hash][]Entry {
	all := map[Hash][]Entry{}
	for i, h := range heads {
		if h.Project == 0 {
			continue
		}
		for n, hash := range []Hash{h.Key(), h.User, h.Anon, h.Prev} {
			e := Entry{Hash: hash, At: h.At, Seq: first + int64(i)}
			if n >= 2 {
				e.User = h.Tag()
			}
			if hash != 0 {
				all[hash] = append(all[hash], e)
			}
		}
	}
	return all
}

func sortedEntries(all []Entry) []Entry {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.User, b.User)) })
	return slices.Compact(all)
}

// find looks a Hash up in the part that it would be read from.
func (r *Run) find(h Hash) []Entry {
	for _, p := range r.Parts {
		if p.Number == Tagged.Part(h) {
			return Tagged.Find(p.Entries, r.First, h)
		}
	}
	return nil
}

func TestARunFindsWhatIsThere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		first, heads := 1+r.Int64N(1<<40), anyHeads(r, r.IntN(60))
		run, want := NewRun(first, heads), naive(first, heads)
		if run.First != first || run.Last != first+int64(len(heads))-1 {
			t.Fatalf("%d heads from %d are %d to %d", len(heads), first, run.First, run.Last)
		}
		for _, h := range append(randomHashes(r, 20), 0, 1, 2, 3, 1<<56, 1<<56-2, ^Hash(0)) {
			got := sortedEntries(run.find(h))
			if !slices.Equal(got, sortedEntries(want[h])) {
				t.Fatalf("%x: found %v, want %v", h, got, want[h])
			}
		}
		for h, entries := range want {
			if got := sortedEntries(run.find(h)); !slices.Equal(got, sortedEntries(entries)) || !run.Filter.May(h) {
				t.Fatalf("%x: found %v, want %v; in the filter %v", h, got, entries, run.Filter.May(h))
			}
		}
		for _, h := range heads {
			if h.Project != 0 && (h.Name != 0 && !run.Filter.May(h.Name) || !run.Filter.May(ProjectHash(h.Project))) {
				t.Fatal("a name or a project is denied")
			}
		}
	}
}

func TestFindToleratesWhatIsCut(t *testing.T) {
	heads := anyHeads(rand.New(rand.NewPCG(5, 6)), 50)
	run := NewRun(1, heads)
	for _, part := range run.Parts {
		for n := range part.Entries {
			for h := range naive(1, heads) {
				for _, f := range Formats {
					f.Find(part.Entries[:n], 1, h)
				}
			}
		}
	}
}

func TestFormatsShareNoPart(t *testing.T) {
	most := -1
	for _, f := range Formats {
		if first := f.Part(0); first != most+1 {
			t.Errorf("format %d begins with part %d, want %d", f, first, most+1)
		}
		most = f.Part(^Hash(0))
	}
}

// TestPlainRunsStayReadable reads what was written before entries had a user.
func TestPlainRunsStayReadable(t *testing.T) {
	var part []byte
	for _, e := range []Entry{{Hash: 7, At: -3, Seq: 12}, {Hash: 9, At: 5, Seq: 10}, {Hash: 9, At: 6, Seq: 11}} {
		part = append(part, appendEntry(nil, e, 10)[:20]...)
	}
	want := []Entry{{9, 5, 10, Unsure}, {9, 6, 11, Unsure}}
	if got := Plain.Find(part, 10, 9); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	rest := Plain.Without(part, 10, 9, func(seq int64) bool { return seq == 10 })
	if got := Plain.Find(rest, 10, 9); len(rest) != 40 || !slices.Equal(got, want[1:]) {
		t.Errorf("left are %v", got)
	}
}
