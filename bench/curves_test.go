package bench

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"time"
)

// curve is how long an act takes as something grows.
type curve struct {
	panel, act string
	sizes      []int
	medians    []time.Duration
}

// A panel's size in the picture, and where its axes are.
const (
	panelWidth, panelHeight = 300, 190
	left, right             = 44, 24
	top, bottom             = 34, 40
	highest                 = 2.0 // times the smallest size's median
)

var colours = map[string]string{"reply": "#c2410c", "read": "#1d4ed8", "wall": "#15803d"}

// draw is a picture (SVG 1.1) of curves, a panel for all that have it in common:
// across the size, by its logarithm; upwards the median, for that of the
// smallest size. The dashed line is the goal.
func draw(curves []curve) []byte {
	var panels []string
	for _, c := range curves {
		if !slices.Contains(panels, c.panel) {
			panels = append(panels, c.panel)
		}
	}
	const columns = 3
	rows := (len(panels) + columns - 1) / columns
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", columns*panelWidth, rows*panelHeight)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	for i, panel := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", i%columns*panelWidth, i/columns*panelHeight)
		fmt.Fprintf(&b, `<text x="%d" y="18" font-weight="bold">%s</text>`+"\n", left, panel)
		for _, ratio := range []float64{0, 1, 1.3, 2} {
			dash := ""
			if ratio == 1.3 {
				dash = ` stroke-dasharray="4 3"`
			}
			fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#bbb"%s/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n", left, height(ratio), panelWidth-right, dash, left-6, height(ratio)+4, ratio)
		}
		key := 0
		for _, c := range curves {
			if c.panel == panel {
				c.draw(&b, key)
				key++
			}
		}
		fmt.Fprintln(&b, `</g>`)
	}
	fmt.Fprintln(&b, `</svg>`)
	return b.Bytes()
}

func height(ratio float64) float64 {
	return panelHeight - bottom - min(ratio, highest)/highest*(panelHeight-top-bottom)
}

// draw draws the curve, and writes its name as the nth of its panel.
func (c curve) draw(b *bytes.Buffer, nth int) {
	span := math.Log(float64(c.sizes[len(c.sizes)-1]) / float64(c.sizes[0]))
	path := ""
	for i, size := range c.sizes {
		x := left + math.Log(float64(size)/float64(c.sizes[0]))/span*(panelWidth-left-right)
		y := height(float64(c.medians[i]) / float64(c.medians[0]))
		path += fmt.Sprintf("%s%.1f %.1f", map[bool]string{true: "M", false: "L"}[i == 0], x, y)
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>`, x, y, colours[c.act])
		if nth == 0 {
			fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%d</text>`, x, panelHeight-bottom+16, size)
		}
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", path, colours[c.act])
	fmt.Fprintf(b, `<text x="%d" y="%d" fill="%s">%s %.2g ms</text>`+"\n", left+nth*82, panelHeight-bottom+32, colours[c.act], c.act, c.medians[0].Seconds()*1000)
}
