package eventlog

import "testing"

// held is how many values something known takes the room of.
func (k *Known) held() int {
	return k.links.held() + k.people.held() + len(k.aliases)
}

func (m *memory[V]) held() int { return len(m.young) + len(m.old) + cap(m.journal) }

// TestWhatIsKnownOfAFewStaysSmall has the same ten people come again and again.
func TestWhatIsKnownOfAFewStaysSmall(t *testing.T) {
	const few, batch = 10, 500
	for name, begin := range map[string]func(*Known){
		"nobody may undo it": func(*Known) {},
		"batch by batch":     (*Known).Begin,
	} {
		k := NewKnown(nil)
		for i := range int64(40 * batch) {
			if i%batch == 0 {
				k.Keep()
				begin(k)
			}
			k.Learn(&Head{Project: 1, At: i * SeenStep, User: Hash(i%few+1) << 40, Anon: Hash(i%few + 100)}, i >= few)
		}
		if n := k.held(); n > 4*few+8*batch {
			t.Errorf("%s: %d values are held for %d people", name, n, few)
		}
	}
}

func TestWhatWasLearnedIsKeptOrUndone(t *testing.T) {
	k := NewKnown(nil)
	k.Recall(1, Said{User: 7})
	k.Begin()
	k.Recall(1, Said{User: 8})
	k.Recall(2, Said{User: 9})
	k.Keep()
	k.Undo()
	if a, _ := k.links.get(1); a.User != 8 || !k.Remembers(2) {
		t.Errorf("of what was kept, %v is left", k.links.young)
	}
	k.Begin()
	k.Recall(1, Said{User: 10})
	k.Recall(3, Said{User: 11})
	k.Undo()
	if a, _ := k.links.get(1); a.User != 8 || k.Remembers(3) {
		t.Errorf("of what was undone, %v is left", k.links.young)
	}
	k.Recall(1, Said{User: 12})
	k.Undo()
	if a, _ := k.links.get(1); a.User != 12 {
		t.Error("what nobody may undo was undone")
	}
}
