package assets

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// pairs is what stands on what, and the contrast it needs (WCAG 2.2: 4.5 for
// text, 3 for marks and the edges of controls).
var pairs = []struct {
	front, back string
	need        float64
}{
	{"n9", "n0", 4.5}, {"n9", "n1", 4.5}, {"n9", "n2", 4.5}, {"n9", "accent-wash", 4.5}, {"n9", "said", 4.5},
	{"n8", "n0", 4.5}, {"n8", "n1", 4.5}, {"n8", "n2", 4.5},
	{"n7", "n0", 4.5}, {"n7", "n1", 4.5}, {"n7", "n2", 4.5}, {"n7", "accent-wash", 4.5},
	{"accent", "n0", 4.5}, {"accent", "n1", 4.5}, {"accent", "n2", 4.5}, {"accent", "accent-wash", 4.5}, {"on-accent", "accent", 4.5},
	{"good", "n0", 4.5}, {"attention", "n0", 4.5}, {"wrong", "n0", 4.5}, {"info", "n0", 4.5}, {"wrong", "n2", 4.5},
	{"accent-mark", "n0", 3}, {"accent-mark", "n1", 3}, {"accent-mark", "n2", 3}, {"n6", "n0", 3}, {"n9", "accent-mark", 3},
}

func TestContrastInBothSchemes(t *testing.T) {
	tokens := readTokens(t)
	for scheme, name := range []string{"light", "dark"} {
		for _, p := range pairs {
			front, ok1 := tokens[p.front]
			back, ok2 := tokens[p.back]
			if !ok1 || !ok2 {
				t.Fatalf("no token %s or %s", p.front, p.back)
			}
			if got := contrast(front[scheme], back[scheme]); got < p.need {
				t.Errorf("%s: %s on %s has %.2f, needs %.1f", name, p.front, p.back, got, p.need)
			}
		}
	}
}

var (
	token = regexp.MustCompile(`--([a-z0-9-]+): light-dark\(oklch\(([0-9.]+) ([0-9.]+) ([0-9.]+)\), oklch\(([0-9.]+) ([0-9.]+) ([0-9.]+)\)\);`)
	raw   = regexp.MustCompile(`(?i)oklch|rgb|hsl|#[0-9a-f]{3,8}\b`)
)

// readTokens reads each colour as its relative luminance in light and dark.
func readTokens(t *testing.T) map[string][2]float64 {
	text, err := os.ReadFile("src/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]float64{}
	for _, m := range token.FindAllStringSubmatch(string(text), -1) {
		var v [6]float64
		for i := range v {
			v[i], _ = strconv.ParseFloat(m[i+2], 64) // the pattern lets numbers through only
		}
		tokens[m[1]] = [2]float64{luminance(v[0], v[1], v[2]), luminance(v[3], v[4], v[5])}
	}
	return tokens
}

func contrast(a, b float64) float64 { return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05) }

// luminance goes from OKLCH to linear sRGB with Ottosson's matrices
// (https://bottosson.github.io/posts/oklab/), clipped to what screens show.
func luminance(l, c, h float64) float64 {
	a, b := c*math.Cos(h*math.Pi/180), c*math.Sin(h*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	L, M, S := cube(l+0.3963377774*a+0.2158037573*b), cube(l-0.1055613458*a-0.0638541728*b), cube(l-0.0894841775*a-1.2914855480*b)
	clip := func(x float64) float64 { return math.Max(0, math.Min(1, x)) }
	red := clip(4.0767416621*L - 3.3077115913*M + 0.2309699292*S)
	green := clip(-1.2684380046*L + 2.6097574011*M - 0.3413193965*S)
	blue := clip(-0.0041960863*L - 0.7034186147*M + 1.7076147010*S)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func TestNothingElseHoldsARawColour(t *testing.T) {
	for _, name := range []string{"app.css", "parts/base.css", "parts/shell.css", "parts/table.css", "parts/study.css", "parts/talk.css", "interview.css", "parts/spoken.css"} {
		text, err := os.ReadFile("src/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if found := raw.Find(text); found != nil {
			t.Errorf("%s holds the colour %s; it belongs into tokens.css", name, found)
		}
	}
}
