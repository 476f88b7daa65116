package analysis

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

type labelled struct{ ID, Text, Label string }

// datasets reads the labelled sets of the folder that USERCALL_THEMES_DATA
// names. They are not part of the repository.
func datasets(b *testing.B) map[string][]labelled {
	dir := os.Getenv("USERCALL_THEMES_DATA")
	if dir == "" {
		b.Skip("USERCALL_THEMES_DATA is not set: the folder of the labelled answers (*.jsonl)")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	out := map[string][]labelled{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		s := bufio.NewScanner(f)
		for s.Scan() {
			var l labelled
			if err := json.Unmarshal(s.Bytes(), &l); err != nil {
				b.Fatal(err)
			}
			out[filepath.Base(name)] = append(out[filepath.Base(name)], l)
		}
		f.Close()
	}
	return out
}

// BenchmarkDatasets prints how well the themes of whole sets fit their labels.
func BenchmarkDatasets(b *testing.B) {
	for name, set := range datasets(b) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				m, found := judge(set)
				m.report(b)
				b.ReportMetric(float64(found), "themes")
			}
		})
	}
}

// BenchmarkSmallStudies prints the means over samples as small studies give
// them: at most eight reasons of uneven frequency.
func BenchmarkSmallStudies(b *testing.B) {
	for name, set := range datasets(b) {
		for _, n := range []int{30, 60, 150} {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				for range b.N {
					var sum scores
					var off float64
					const draws = 30
					for seed := range draws {
						s := smallStudy(set, n, uint64(seed))
						m, found := judge(s)
						sum.add(m)
						off += math.Abs(float64(found - labelCount(s)))
					}
					sum.scale(1.0 / draws)
					sum.report(b)
					b.ReportMetric(off/draws, "off")
				}
			})
		}
	}
}

func labelCount(set []labelled) int {
	m := map[string]bool{}
	for _, l := range set {
		m[l.Label] = true
	}
	return len(m)
}

// smallStudy draws n answers over 5 to 8 labels, label i with weight 1/(i+1).
func smallStudy(set []labelled, n int, seed uint64) []labelled {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	byLabel := map[string][]labelled{}
	var labels []string
	for _, l := range set {
		if byLabel[l.Label] == nil {
			labels = append(labels, l.Label)
		}
		byLabel[l.Label] = append(byLabel[l.Label], l)
	}
	slices.Sort(labels)
	rng.Shuffle(len(labels), func(i, j int) { labels[i], labels[j] = labels[j], labels[i] })
	labels = labels[:5+rng.IntN(4)]
	var total float64
	for i := range labels {
		total += 1 / math.Sqrt(float64(i+1))
	}
	var out []labelled
	for i, name := range labels {
		docs := byLabel[name]
		rng.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		k := max(2, int(math.Round(float64(n)/math.Sqrt(float64(i+1))/total)))
		out = append(out, docs[:min(k, len(docs))]...)
	}
	return out
}

// judge runs the program's path over the texts and compares with the labels.
func judge(set []labelled) (scores, int) {
	lines, _ := group(answersOf(set))
	var found, gold []string
	themes := map[string]bool{}
	for i, l := range lines {
		found, gold = append(found, l.Theme), append(gold, set[i].Label)
		if l.Theme != "" {
			themes[l.Theme] = true
		}
	}
	return score(found, gold), len(themes)
}

func answersOf(set []labelled) []answer {
	answers := make([]answer, len(set))
	for i, l := range set {
		answers[i] = answer{l.ID, l.Text}
	}
	return answers
}
