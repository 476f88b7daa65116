package main

import (
	"context"
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
	Fetch   float64 `json:"fetch"`   // a bare request to the same server, for comparison
}

// card measures, in a real Chromium with Segment's own library and our SDK, how
// long after an event the card stands on the page.
func card(ctx context.Context, l *lab) (string, error) {
	d, err := l.startDemo(ctx)
	if err != nil {
		return "", err
	}
	defer d.stop()
	tab, closeTab, err := openTab(ctx)
	if err != nil {
		return "", err
	}
	defer closeTab()
	var seen []sight
	if err := within(tab, chromedp.Navigate("http://"+d.site+"/app/billing")); err != nil {
		return "", fmt.Errorf("open the sample product: %w", err)
	}
	for i := range l.scale.persons + 1 {
		one, err := evaluate[sight](tab, strings.ReplaceAll(cancelAsSomebodyNew, "HOST", "http://"+d.addr))
		if err != nil {
			return "", fmt.Errorf("person %d: %w", i, err)
		}
		if i > 0 { // the first one's page had just been loaded
			seen = append(seen, one)
		}
		if len(seen)%50 == 0 {
			l.say("  %d persons have seen a card", len(seen))
		}
	}
	return cardTable(seen), nil
}

// cancelAsSomebodyNew makes somebody up, waits, cancels, and watches for the card.
//
// It waits until their identify is through, and longer than the second for which
// the SDK keeps the place of the card before: nobody is asked twice within one.
const cancelAsSomebodyNew = `(async () => {
	const pause = ms => new Promise(done => setTimeout(done, ms));
	const click = what => document.querySelector(what).click();
	click('[data-do="somebody-else"]');
	click('nav a[href="/app/billing"]');
	await pause(1200);
	let asked = performance.now();
	await fetch("HOST/healthz", { mode: "no-cors", cache: "no-store" });
	const fetched = performance.now() - asked;
	await pause(50);
	return await new Promise((done, fail) => {
		const late = setTimeout(() => fail(new Error("no card within 15 s: " + document.querySelector("[data-list=events]").innerText)), 15000);
		const watch = new MutationObserver(() => {
			if (!document.querySelector("usercall-card")?.shadowRoot?.querySelector("[data-uc=accept]")) return;
			const card = performance.now() - clicked;
			watch.disconnect();
			clearTimeout(late);
			requestAnimationFrame(() => setTimeout(() => done({ card, painted: performance.now() - clicked, fetch: fetched })));
		});
		watch.observe(document, { childList: true, subtree: true });
		const clicked = performance.now();
		click(".danger");
	});
})()`

func cardTable(seen []sight) string {
	var out strings.Builder
	out.WriteString("| ms in the browser | median | p90 | p99 | largest |\n| --- | ---: | ---: | ---: | ---: |\n")
	row := func(what string, of func(sight) float64) {
		var values []float64
		for _, s := range seen {
			values = append(values, of(s))
		}
		slices.Sort(values)
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", what, figure(quantile(values, 0.5)), figure(quantile(values, 0.9)),
			figure(quantile(values, 0.99)), figure(quantile(values, 1)))
	}
	row("click on Cancel until the card stands with its button", func(s sight) float64 { return s.Card })
	row("the same until the browser has drawn it", func(s sight) float64 { return s.Painted })
	row("beside it: a bare fetch of `/healthz`", func(s sight) float64 { return s.Fetch })
	fmt.Fprintf(&out, "\n%d different persons on one page, one after the other.\n", len(seen))
	return out.String()
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
