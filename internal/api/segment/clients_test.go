package segment_test

import (
	"slices"
	"testing"
	"time"
)

// client is one of Segment's, by the request that it sends: its line and heads
// word for word but for the key, which {basic} stands for, and a body from
// testdata/clients, in which WRITE_KEY does.
type client struct {
	name, heads, body string
	send              transfer
	want              []event
	holds             string // a piece of the properties, where it is a special one
}

// event is what must be stored: late is how long before its sending it happened
// by the clock of the client, to the millisecond.
type event struct {
	kind, name, user, anonymous, id string
	late                            time.Duration
}

const ms = time.Millisecond

var clients = []client{
	{name: "analytics-next 1.84.3", body: "analytics-next.json", heads: `POST /v1/t HTTP/1.1
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
Accept: */*
Origin: https://shop.example
Referer: https://shop.example/
Content-Type: text/plain
Authorization: Basic {basic}`,
		want: []event{{"track", "Order Completed", "user-1", "52e04712-dc28-4e6d-93b6-0fdb3773943b", "ajs-next-1795647289481-5852e047", 12 * ms}}},
	{name: "analytics-next 1.76.1", body: "analytics-next.json", heads: `POST /v1/t HTTP/1.1
User-Agent: Mozilla/5.0
Origin: https://shop.example
Content-Type: text/plain`,
		want: []event{{"track", "Order Completed", "user-1", "52e04712-dc28-4e6d-93b6-0fdb3773943b", "ajs-next-1795647289481-5852e047", 12 * ms}}},
	{name: "analytics-node 3.1.0", body: "analytics-node.json", heads: `POST /v1/batch HTTP/1.1
User-Agent: analytics-node-next/3.1.0
Content-Type: application/json
Authorization: Basic {basic}`,
		want: []event{
			{"identify", "", "user-1", "", "node-next-1795647289481-1", 250 * ms},
			{"track", "Order Completed", "user-1", "", "node-next-1795647289481-2", 1750 * ms}}},
	{name: "analytics-go 3.3.0", body: "analytics-go.json", heads: `POST /v1/batch HTTP/1.1
User-Agent: analytics-go (version: 3.0.0)
Content-Type: application/json
Authorization: Basic {basic}
Accept-Encoding: gzip`,
		want: []event{
			{"identify", "", "user-1", "", "go-1", 1500 * ms},
			{"track", "Order Completed", "user-1", "", "go-2", 1876543211},
			{"group", "", "", "anon-1", "go-3", time.Nanosecond}},
		holds: "9007199254740993"},
	{name: "analytics-python 2.3.4", body: "analytics-python.json", heads: `POST /v1/batch HTTP/1.1
User-Agent: analytics-python/2.3.4
Accept-Encoding: gzip, deflate
Accept: */*
Connection: keep-alive
Content-Type: application/json
Authorization: Basic {basic}`,
		want: pythons("py-")},
	{name: "analytics-python with gzip, before 2.3", body: "analytics-python-gzip.json", send: packed, heads: `POST /v1/batch HTTP/1.1
User-Agent: analytics-python/2.2.0
Content-Type: application/json
Content-Encoding: gzip`,
		want: pythons("py-gzip-")},
	{name: "analytics-python with OAuth", body: "analytics-python-oauth.json", heads: `POST /v1/batch HTTP/1.1
User-Agent: analytics-python/2.3.4
Content-Type: application/json
Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln`,
		want: pythons("py-oauth-")},
	{name: "analytics-ruby 2.4.0", body: "analytics-ruby.json", heads: `POST /v1/import HTTP/1.1
Accept: application/json
Content-Type: application/json
User-Agent: analytics-ruby/2.4.0
Authorization: Basic {basic}
Connection: close`,
		want: []event{
			{"track", "Order Completed", "user-1", "", "rb-1", 2999 * ms},
			{"alias", "", "user-1", "", "rb-2", 2998 * ms}}},
	{name: "analytics-php, LibCurl", body: "analytics-php.json", send: expected, heads: `POST /v1/batch HTTP/1.1
Authorization: Basic {basic}
Accept: */*
Content-Type: application/json
User-Agent: analytics-php/3.8.1
Expect: 100-continue`,
		want: phps("php-")},
	{name: "analytics-php, LibCurl with gzip", body: "analytics-php-gzip.json", send: packed, heads: `POST /v1/batch HTTP/1.1
Authorization: Basic {basic}
Accept: */*
Content-Type: application/json
Content-Encoding: gzip
User-Agent: analytics-php/3.8.1`,
		want: phps("php-gzip-")},
	{name: "analytics-php, ForkCurl", body: "analytics-php-fork.json", heads: `POST /v1/batch HTTP/1.1
Authorization: Basic {basic}
User-Agent: analytics-php/3.8.1
Accept: */*
Content-Type: application/json`,
		want: phps("php-fork-")},
	{name: "analytics-java 3.5.2", body: "analytics-java.json", heads: `POST /v1/import/ HTTP/1.1
Authorization: Basic {basic}
User-Agent: analytics-java/3.5.2
Content-Type: application/json; charset=UTF-8
Connection: Keep-Alive
Accept-Encoding: gzip`,
		want: []event{
			{"track", "Order Completed", "user-1", "anon-1", "java-1", 1000 * ms},
			{"screen", "Home", "user-1", "", "java-2", 223 * ms}}},
	{name: "analytics-kotlin 1.19", body: "analytics-kotlin.json", send: packedInChunks, heads: `POST /v1/b HTTP/1.1
Content-Encoding: gzip
Content-Type: text/plain
User-Agent: analytics-kotlin/1.19.1
Connection: Keep-Alive
Accept-Encoding: gzip`,
		want: []event{
			{"track", "Application Opened", "", "5f4c1b0e-0000-4000-8000-000000000001", "kt-1", 29750 * ms},
			{"screen", "Home", "user-1", "5f4c1b0e-0000-4000-8000-000000000001", "kt-2", 29749 * ms}}},
	{name: "analytics-swift 1.9", body: "analytics-swift.json", heads: `POST /v1/b HTTP/1.1
Content-Type: application/json; charset=utf-8
Accept: */*
User-Agent: analytics-ios/1.9.1
Accept-Encoding: gzip
Connection: keep-alive`,
		want: []event{
			{"track", "Order Completed", "user-1", "0C1F2E3D-0000-4000-8000-000000000002", "0E2F-SWIFT-1", 60000 * ms},
			{"group", "", "user-1", "0C1F2E3D-0000-4000-8000-000000000002", "0E2F-SWIFT-2", 56000 * ms}}},
	{name: "analytics-react-native 2.21", body: "analytics-react-native.json", heads: `POST /v1/b HTTP/1.1
Content-Type: application/json; charset=utf-8
Accept: */*
User-Agent: Shop/1 CFNetwork/1568 Darwin/24.1.0
Accept-Encoding: gzip, deflate, br`,
		want: reactNatives()},
	{name: "analytics-react-native, older", body: "analytics-react-native.json", heads: `POST /v1/b HTTP/1.1
Content-Type: text/plain
User-Agent: okhttp/4.9.2`,
		want: reactNatives()},
	{name: "Analytics-CSharp 2.5", body: "analytics-csharp.json", send: packed, heads: `POST /v1/b HTTP/1.1
Connection: close
Accept: text/plain
Content-Encoding: gzip`,
		want: []event{{"track", "Order Completed", "", "cs-anon", "cs-1", 7000 * ms}}},
}

func pythons(id string) []event {
	return []event{
		{"identify", "", "4711", "", id + "1", 1376544 * time.Microsecond},
		{"track", "Café 🥐 Entered", "", "anon-1", id + "2", 1000 * ms},
	}
}

func phps(id string) []event {
	return []event{
		{"track", "Order Completed", "4711", "", id + "1", 5000 * ms},
		{"page", "Pricing", "user-1", "", id + "2", 4000 * ms},
	}
}

func reactNatives() []event {
	return []event{
		{"track", "Order Completed", "user-1", "rn-anon", "rn-1", 20000 * ms},
		{"identify", "", "user-1", "rn-anon", "rn-2", 19990 * ms},
	}
}

// TestEachClientIsUnderstood sends what each client sends, twice, as after a
// lost answer: every message is stored once, as the client meant it.
func TestEachClientIsUnderstood(t *testing.T) {
	s := serve(t)
	for _, c := range clients {
		t.Run(c.name, func(t *testing.T) {
			p := s.project(t, c.name)
			for _, retry := range []string{"", "\nX-Retry-Count: 1"} {
				answer := s.send(t, p.WriteKey, c.heads+retry, s.body(t, c.body, p.WriteKey), c.send)
				if answer.status != 200 || answer.body != `{"success":true}` {
					t.Fatalf("%d %s", answer.status, answer.body)
				}
			}
			checkStored(t, s.stored(t, p), c)
		})
	}
}

func checkStored(t *testing.T, rows []row, c client) {
	t.Helper()
	if len(rows) != len(c.want) {
		t.Errorf("%d events are stored, want %d", len(rows), len(c.want))
	}
	for _, want := range c.want {
		at := slices.IndexFunc(rows, func(r row) bool { return r.MessageID == want.id })
		if at < 0 {
			t.Errorf("%s is not stored", want.id)
			continue
		}
		rows[at].check(t, want)
	}
	if c.holds != "" && !slices.ContainsFunc(rows, func(r row) bool { return r.holds(c.holds) }) {
		t.Errorf("no properties hold %s", c.holds)
	}
}
