package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// mix says which events are made. All but the message ids, the times and browsers
// that were never seen follows from the seed, so every server of a round is sent
// the same.
type mix struct {
	seed  uint64
	run   string  // part of the message ids: new in each run, or dedupe would measure itself
	hit   float64 // share of the track events that make a trigger fire
	from  browsers
	now   time.Time
	users int
}

// hitEvent is the one name that a trigger waits for with nothing else to hold.
const hitEvent = "Subscription Cancelled"

type object = map[string]any

// events makes n events as JSON: 70 % track of 200 names, 15 % page, 12 %
// identify, 3 % group; 600 to 900 bytes, as analytics-next sends them.
func (m mix) events(n int) [][]byte {
	r := rand.New(rand.NewPCG(m.seed, 0x9e3779b97f4a7c15))
	others := m.others()
	all := make([][]byte, n)
	for i := range all {
		e := m.event(r, i)
		if m.from != own {
			e["anonymousId"] = browserID(others.Uint32(), others.Uint64())
		}
		b, err := json.Marshal(e)
		if err != nil {
			panic(err) // strings and numbers only
		}
		all[i] = b
	}
	return all
}

func (m mix) event(r *rand.Rand, i int) object {
	number := r.IntN(m.users)
	user := userID(number)
	path := "/" + pick(r, words) + "/" + pick(r, words)
	e := object{
		"messageId":    messageID(m.run, i),
		"anonymousId":  browserID(uint32(number), uint64(number)),
		"userId":       user,
		"timestamp":    m.now.Add(-time.Duration(r.IntN(1500)) * time.Millisecond).Format("2006-01-02T15:04:05.000Z07:00"),
		"context":      browser(r, path),
		"integrations": object{},
	}
	switch p := r.Float64(); {
	case p < 0.70:
		m.track(r, e)
	case p < 0.85:
		e["type"], e["name"], e["properties"] = "page", phrase(r, 2), page(r, path)
	case p < 0.97:
		e["type"], e["traits"] = "identify", traits(r, user)
	default:
		e["type"], e["groupId"] = "group", fmt.Sprintf("org_%05d", r.IntN(20000))
		e["traits"] = object{"name": phrase(r, 2), "plan": pick(r, plans), "employees": r.IntN(5000), "industry": phrase(r, 2)}
	}
	return e
}

// browsers says which browsers events come from.
type browsers int

const (
	own    browsers = iota // each person's
	lone                   // one for every event, that was never seen
	coming                 // one for every event, which the last run of the same seed brought too, beside the same person
)

// others is where browsers that are nobody's own come from: no two runs share a
// lone one.
func (m mix) others() *rand.Rand {
	if m.from == coming {
		return rand.New(rand.NewPCG(m.seed, 2))
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(m.run)) // it never fails
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

func userID(number int) string { return fmt.Sprintf("user_%07d", number) }

func browserID(a uint32, b uint64) string {
	return fmt.Sprintf("%08x-6d1c-4b5e-9f00-%012x", a, b&0xffffffffffff)
}

// messageID is the id of the i-th event of a run; see [tally].
func messageID(run string, i int) string { return fmt.Sprintf("ajs-next-%s-%08d", run, i) }

func (m mix) track(r *rand.Rand, e object) {
	e["type"], e["event"] = "track", pick(r, nouns)+" "+pick(r, verbs)
	e["properties"] = object{
		"product_id": fmt.Sprintf("sku_%06d", r.IntN(50000)), "name": phrase(r, 4), "category": phrase(r, 2),
		"price": float64(r.IntN(50000)) / 100, "quantity": 1 + r.IntN(5), "currency": "EUR",
		"plan": pick(r, plans), "seats": 1 + r.IntN(200), "first_time": r.IntN(2) == 0,
		"experiment": fmt.Sprintf("exp_%d_b", r.IntN(40)), "position": r.IntN(30),
	}
	if r.Float64() < m.hit {
		e["event"] = hitEvent
	}
}

func browser(r *rand.Rand, path string) object {
	return object{
		"library":   object{"name": "analytics.js", "version": "next-1.84.3"},
		"locale":    "en-" + pick(r, countries),
		"timezone":  "Europe/Berlin",
		"userAgent": pick(r, agents),
		"page": object{"path": path, "url": "https://app.example.com" + path, "title": phrase(r, 3),
			"referrer": "https://www.example.org/", "search": ""},
	}
}

func page(r *rand.Rand, path string) object {
	return object{"path": path, "url": "https://app.example.com" + path, "title": phrase(r, 4),
		"referrer": "https://www.example.org/", "search": "?utm_source=newsletter&utm_campaign=" + pick(r, words)}
}

func traits(r *rand.Rand, user string) object {
	return object{"email": user + "@example.com", "name": phrase(r, 2), "plan": pick(r, plans),
		"country": pick(r, countries), "createdAt": "2026-02-11T09:30:00.000Z", "logins": r.IntN(900),
		"company": object{"id": fmt.Sprintf("org_%05d", r.IntN(20000)), "name": phrase(r, 2), "employees": r.IntN(5000)},
		"role":    pick(r, []string{"admin", "member", "viewer"})}
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func phrase(r *rand.Rand, n int) string {
	s := pick(r, words)
	for range n - 1 {
		s += " " + pick(r, words)
	}
	return s
}

var (
	nouns = []string{"Product", "Cart", "Checkout", "Order", "Coupon", "Wishlist", "Report", "Dashboard", "Invite", "Project",
		"Workspace", "Integration", "File", "Comment", "Search", "Filter", "Invoice", "Plan", "Trial", "Notification"}
	verbs = []string{"Viewed", "Added", "Removed", "Clicked", "Started", "Completed", "Shared", "Updated", "Exported", "Opened"}
	plans = []string{"free", "starter", "pro", "enterprise"}
	words = []string{"wool", "linen", "desk", "lamp", "chair", "pine", "coffee", "grinder", "kettle", "shelf",
		"red", "blue", "large", "small", "travel", "mug", "sofa", "rug", "cable", "stand"}
	countries = []string{"DE", "US", "GB", "FR", "NL", "SE", "PL", "ES", "IT", "CA"}
	agents    = []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
	}
)
