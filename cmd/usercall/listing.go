package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"text/tabwriter"
)

// listing writes rows in one of the four formats that every listing takes, as
// they come: none but table holds more than a row. A row is a struct whose json
// tags are its columns.
type listing struct {
	out    io.Writer
	format string
	table  *tabwriter.Writer
	csv    *csv.Writer
	rows   int
}

func newListing(out io.Writer, format string) *listing {
	l := &listing{out: out, format: format}
	switch format {
	case "table":
		l.table = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	case "csv":
		l.csv = csv.NewWriter(out)
	}
	return l
}

// row writes one row.
func (l *listing) row(v any) error {
	l.rows++
	if l.format == "json" || l.format == "jsonl" {
		return l.json(v)
	}
	columns, cells, err := flatten(v)
	if err != nil {
		return err
	}
	if l.rows == 1 {
		if err := l.line(columns, strings.ToUpper); err != nil {
			return err
		}
	}
	return l.line(cells, func(s string) string { return s })
}

func (l *listing) line(cells []string, title func(string) string) error {
	out := make([]string, len(cells))
	if l.format == "csv" {
		for i, c := range cells {
			out[i] = harmless(c)
		}
		return l.csv.Write(out)
	}
	for i, c := range cells {
		out[i] = title(short(printable(c)))
	}
	_, err := fmt.Fprintln(l.table, strings.Join(out, "\t"))
	return err
}

func (l *listing) json(v any) error {
	line, err := plainJSON(v)
	if err != nil {
		return err
	}
	before, after := "", "\n"
	if l.format == "json" {
		before, after = ",\n", ""
		if l.rows == 1 {
			before = "[\n"
		}
	}
	_, err = fmt.Fprintf(l.out, "%s%s%s", before, line, after)
	return err
}

// end finishes the listing; empty says what an empty table means.
func (l *listing) end(empty string) error {
	switch {
	case l.format == "table" && l.rows == 0:
		_, err := fmt.Fprintln(l.out, empty)
		return err
	case l.format == "table":
		return l.table.Flush()
	case l.format == "csv":
		l.csv.Flush()
		return l.csv.Error()
	case l.format == "json" && l.rows == 0:
		_, err := fmt.Fprintln(l.out, "[]")
		return err
	case l.format == "json":
		_, err := fmt.Fprint(l.out, "\n]\n")
		return err
	}
	return nil
}

// flatten is a struct as columns and cells: text as it is, the rest as JSON.
func flatten(row any) (columns, cells []string, err error) {
	v := reflect.ValueOf(row)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		columns = append(columns, name)
		cell, err := plainJSON(v.Field(i).Interface())
		if err != nil {
			return nil, nil, err
		}
		var s string
		if json.Unmarshal(cell, &s) != nil {
			s = string(cell)
		}
		cells = append(cells, s)
	}
	return columns, cells, nil
}

// plainJSON writes text as it is: < and & are no danger in a file or terminal.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// printable keeps strangers' text from moving the cursor or turning the line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// short keeps a cell of a table readable; the other formats are whole.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// harmless keeps a spreadsheet from running a cell as a formula.
func harmless(s string) string {
	if t := strings.TrimLeft(s, " \"'"); t != "" && strings.ContainsRune("=+-@\t\r", rune(t[0])) {
		return "'" + s
	}
	return s
}
