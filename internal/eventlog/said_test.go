package eventlog

import "testing"

func TestTheLatestThatWasSaidCounts(t *testing.T) {
	late, user := Entry{At: 9, Seq: 1, User: Unsure}, Tag(7)
	for name, c := range map[string]struct {
		before  Said
		entries []Entry
		want    Said
	}{
		"nothing":                       {Nothing, nil, Nothing},
		"nobody":                        {Nothing, []Entry{{At: 5, Seq: 1}}, Nothing},
		"somebody":                      {Nothing, []Entry{{At: 5, Seq: 1, User: user}, {At: 6, Seq: 2}}, Said{user, 5}},
		"what was received late":        {Nothing, []Entry{late, {At: 5, Seq: 2, User: user}}, Said{Unsure, 9}},
		"the second of two at once":     {Nothing, []Entry{{At: 5, Seq: 1, User: 3}, {At: 5, Seq: 2, User: user}}, Said{user, 5}},
		"newer events of the same time": {Said{user, 5}, []Entry{{At: 5, Seq: 1, User: 3}}, Said{user, 5}},
	} {
		if got := c.before.Later(c.entries); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestWhomAnEventNames(t *testing.T) {
	for name, c := range map[string]struct {
		head Head
		want Tag
		says bool
	}{
		"nobody":     {Head{Anon: 1}, 0, false},
		"somebody":   {Head{Anon: 1, User: 7 << 32}, 7, true},
		"a low hash": {Head{Anon: 1, User: 9}, 2, true},
		"a rumour":   {Head{Anon: 1, User: 7 << 32, Flags: Doubted}, Unsure, false},
		"no browser": {Head{User: 7 << 32}, 7, false},
	} {
		if c.head.Tag() != c.want || c.head.Says() != c.says {
			t.Errorf("%s: %d, says %v", name, c.head.Tag(), c.head.Says())
		}
	}
}
