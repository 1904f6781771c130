package demo

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is how wide the output may become.
const width = 110

// colours are terminal codes.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	faint  = "2"
)

// screen writes for a person.
type screen struct {
	out    io.Writer
	colour bool
	steps  int
	gap    bool // the last line is empty
}

// line writes a line.
func (s *screen) line(text string) {
	fmt.Fprintln(s.out, strings.TrimRight(text, " "))
	s.gap = false
}

// blank leaves a line empty, unless the last one is.
func (s *screen) blank() {
	if !s.gap {
		fmt.Fprintln(s.out)
	}
	s.gap = true
}

// paint colours text, on a terminal only.
func (s *screen) paint(code, text string) string {
	if !s.colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// step begins the next step.
func (s *screen) step(title, text string) {
	s.steps++
	s.blank()
	s.line(s.paint(bold, fmt.Sprintf("%d. %s", s.steps, title)))
	s.say(text)
}

// say writes a paragraph.
func (s *screen) say(text string) {
	for _, line := range wrap(text, width-3) {
		s.line("   " + line)
	}
}

// do shows a command, or the lines of a file.
func (s *screen) do(lines ...string) {
	s.blank()
	for _, line := range lines {
		s.line("   " + s.paint(faint, "| ") + line)
	}
	s.blank()
}

// proved says what was asserted.
func (s *screen) proved(format string, args ...any) {
	lines := wrap(fmt.Sprintf(format, args...), width-7)
	for i, line := range lines {
		mark := "   "
		if i == 0 {
			mark = s.paint(green, "ok ")
		}
		s.line("   " + mark + " " + line)
	}
}

// diagnose quotes diagnostics of one severity.
func (s *screen) diagnose(all []diagnostic, severity string) {
	colour := map[string]string{"error": red, "warning": yellow}[severity]
	bar := s.paint(colour, "│ ")
	for _, d := range all {
		if d.Severity != severity {
			continue
		}
		s.line("   " + bar + s.paint(colour, strings.ToUpper(severity[:1])+severity[1:]+": ") + d.Summary)
		s.line("   " + bar + "  with " + d.Address)
		for paragraph := range strings.SplitSeq(strings.TrimSpace(d.Detail), "\n") {
			indent := ""
			if strings.HasPrefix(paragraph, "- ") {
				indent = "  "
			}
			for i, line := range wrap(paragraph, width-7) {
				if i > 0 {
					line = indent + line
				}
				s.line("   " + bar + line)
			}
		}
		s.blank()
	}
}

// cell is text with a colour.
type cell struct{ text, colour string }

// plain makes cells without a colour.
func plain(texts ...string) []cell {
	row := make([]cell, 0, len(texts))
	for _, text := range texts {
		row = append(row, cell{text: text})
	}
	return row
}

// table aligns rows; a row of one cell is a heading and widens no column.
func (s *screen) table(rows ...[]cell) {
	var widths []int
	for _, row := range rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
			}
		}
	}
	s.blank()
	for _, row := range rows {
		var line strings.Builder
		for i, c := range row {
			line.WriteString(s.paint(c.colour, c.text))
			line.WriteString(strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c.text))+2))
		}
		s.line("   " + line.String())
	}
	s.blank()
}

// wrap breaks text at blanks. A word that is longer than a line stays whole.
func wrap(text string, limit int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > limit {
				lines, line = append(lines, line), ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		lines = append(lines, line)
	}
	return lines
}
