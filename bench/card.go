package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// sight is one person who cancelled, as the page saw it, in ms.
type sight struct {
	Card    float64 `json:"card"`    // from the click until the card stands with its button
	Painted float64 `json:"painted"` // until the frame after that was drawn
	Request float64 `json:"request"` // of that, the request that carried the event and brought the invite
	Fetch   float64 `json:"fetch"`   // a bare request to the same server, for comparison
}

// besides is what else servers take while somebody waits for a card: events a
// second, each a request of its own.
const besides = 500

// card measures, in a real Chromium with Segment's own library and our SDK, how
// long after an event the card stands on the page: with nothing else to do, and
// beside a load.
func card(ctx context.Context, l *lab) (string, error) {
	var out strings.Builder
	out.WriteString("| server | beside it, events/s | click until the card stands, ms p50 / p90 / p99 / largest | until it is drawn, p50 / p99 | the request in it alone, p50 / p99 | a bare fetch of `/healthz`, p50 / p99 | the load's own ack, p50 / p99 | sent late |\n")
	out.WriteString("| --- |" + strings.Repeat(" ---: |", 7) + "\n")
	for _, onPostgres := range []bool{false, true} {
		rows, err := l.cards(ctx, onPostgres)
		if err != nil {
			return "", err
		}
		out.WriteString(rows)
	}
	fmt.Fprintf(&out, "\n%d different persons on one page, one after the other, in each row.\n", l.scale.persons)
	return out.String(), nil
}

// cards is the rows of one database.
func (l *lab) cards(ctx context.Context, onPostgres bool) (rows string, err error) {
	d, err := l.startDemo(ctx, onPostgres)
	if err != nil {
		return "", err
	}
	defer d.stop()
	name := "usercall, SQLite"
	if onPostgres {
		name = "usercall, PostgreSQL"
	}
	for _, rate := range []float64{0, besides} {
		seen, beside, err := l.seeBeside(ctx, d, rate)
		if err != nil {
			return "", fmt.Errorf("%s beside %v events a second: %w", name, rate, err)
		}
		row := cardRow(name, rate, seen, beside)
		l.say("  card  %s", strings.TrimSpace(row))
		rows += row
	}
	return rows, nil
}

// seeBeside lets persons see a card while a load goes on.
func (l *lab) seeBeside(ctx context.Context, d *demo, rate float64) ([]sight, finding, error) {
	stop := d.keepBusy(ctx, rate)
	seen, err := l.see(ctx, d)
	beside, failed := stop()
	return seen, beside, errors.Join(err, failed)
}

// see lets persons come to the sample product, one after the other.
func (l *lab) see(ctx context.Context, d *demo) (seen []sight, err error) {
	tab, closeTab, err := openTab(ctx)
	if err != nil {
		return nil, err
	}
	defer closeTab()
	if err := within(tab, chromedp.Navigate("http://"+d.site+"/app/billing")); err != nil {
		return nil, fmt.Errorf("open the sample product: %w", err)
	}
	for i := range l.scale.persons + 1 {
		one, err := evaluate[sight](tab, strings.ReplaceAll(cancelAsSomebodyNew, "HOST", "http://"+d.addr))
		if err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
		if i > 0 { // the first one's page had just been loaded
			seen = append(seen, one)
		}
		if len(seen)%50 == 0 {
			l.say("  %d persons have seen a card", len(seen))
		}
	}
	return seen, nil
}

// busyFor is how many seconds of a load are made at a time.
const busyFor = 5

// keepBusy sends events to the demo's project, lone requests that arrive
// independently of each other, until stop is called, which tells how they fared.
func (d *demo) keepBusy(ctx context.Context, rate float64) (stop func() (finding, error)) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	var all finding
	go func() {
		var err error
		for turn := uint64(0); rate > 0 && err == nil && ctx.Err() == nil; turn++ {
			var f finding
			f, err = d.busy(ctx, rate, turn)
			if err == nil { // what was cut short has no latencies
				all.latencies, all.late = append(all.latencies, f.latencies...), all.late+f.late
			}
		}
		ended <- err
	}()
	return func() (finding, error) {
		stopped := ctx.Err() == nil
		cancel()
		err := <-ended
		if stopped && errors.Is(err, context.Canceled) {
			err = nil
		}
		slices.Sort(all.latencies)
		return all, err
	}
}

func (d *demo) busy(ctx context.Context, rate float64, turn uint64) (finding, error) {
	now := time.Now().UTC()
	m := mix{seed: turn, run: fmt.Sprintf("%x", now.UnixNano()), now: now, users: people}
	bodies := batches(m.events(int(rate)*busyFor), 1, now)
	return drive(ctx, &subject{addr: d.addr, key: d.writeKey}, bodies, 64, poisson(len(bodies), rate, turn))
}

// cancelAsSomebodyNew makes somebody up, waits, cancels, and watches for the card.
//
// Somebody else is a session of their own, which may show one card. It waits until
// their identify is through, and longer than the second for which
// the SDK keeps the place of the card before: nobody is asked twice within one.
const cancelAsSomebodyNew = `(async () => {
	const pause = ms => new Promise(done => setTimeout(done, ms));
	const click = what => document.querySelector(what).click();
	click('[data-do="somebody-else"]');
	sessionStorage.removeItem("usercall.shown");
	click('nav a[href="/app/billing"]');
	await pause(1200);
	let asked = performance.now();
	await fetch("HOST/healthz", { mode: "no-cors", cache: "no-store" });
	const fetched = performance.now() - asked;
	await pause(50);
	performance.clearResourceTimings();
	return await new Promise((done, fail) => {
		const late = setTimeout(() => fail(new Error("no card within 15 s: " + document.querySelector("[data-list=events]").innerText)), 15000);
		const watch = new MutationObserver(() => {
			if (!document.querySelector("usercall-card")?.shadowRoot?.querySelector("[data-uc=accept]")) return;
			const card = performance.now() - clicked;
			watch.disconnect();
			clearTimeout(late);
			requestAnimationFrame(() => setTimeout(() => {
				const painted = performance.now() - clicked;
				const request = performance.getEntriesByType("resource").filter(e => e.name == "HOST/sdk/v1/events")[0]?.duration ?? NaN;
				done({ card, painted, request, fetch: fetched });
			}));
		});
		watch.observe(document, { childList: true, subtree: true });
		const clicked = performance.now();
		click(".danger");
	});
})()`

func cardRow(name string, rate float64, seen []sight, beside finding) string {
	sorted := func(of func(sight) float64) (values []float64) {
		for _, s := range seen {
			values = append(values, of(s))
		}
		slices.Sort(values)
		return values
	}
	card := sorted(func(s sight) float64 { return s.Card })
	besides, acked, late := "none", "-", "-"
	if rate > 0 && len(beside.latencies) > 0 {
		besides = figure(rate)
		share := float64(beside.late) / float64(len(beside.latencies))
		acked, late = spread(beside.latencies), fmt.Sprintf("%.1f %%", share*100)
		if share > mostLate {
			late = "**" + late + ": void**"
		}
	}
	return fmt.Sprintf("| %s | %s | %s / %s / %s / %s | %s | %s | %s | %s | %s |\n", name, besides,
		figure(quantile(card, 0.5)), figure(quantile(card, 0.9)), figure(quantile(card, 0.99)), figure(quantile(card, 1)),
		spread(sorted(func(s sight) float64 { return s.Painted })), spread(sorted(func(s sight) float64 { return s.Request })),
		spread(sorted(func(s sight) float64 { return s.Fetch })), acked, late)
}

// openTab starts a Chromium with an empty profile.
func openTab(ctx context.Context) (context.Context, func(), error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-sync", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	browser, stop := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(browser)
	end := func() { closeTab(); stop() }
	if err := chromedp.Do(tab); err != nil {
		end()
		return nil, nil, fmt.Errorf("start Chromium: %w; `make deps` installs it", err)
	}
	return tab, end, nil
}

const patience = 30 * time.Second

func within(tab context.Context, steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func evaluate[T any](tab context.Context, script string) (T, error) {
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}
