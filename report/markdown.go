package report

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// markdownLimit bounds summary.md: a comment on GitHub holds 65,536 characters.
const markdownLimit = 60_000

// Markdown writes the summary for a pull request or a job: the sentence, one
// table, and the rest behind details. It stays under 64 KB: what does not fit
// is left out and said to be.
func Markdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s %s: %s\n\n%s\n\n", statusMark(r.Verdict.Status), r.Verdict.Status, markdown(r.Name), markdown(cut(Sentence(r), 3000)))
	for _, n := range notes(r) {
		fmt.Fprintf(&b, "> %s\n\n", markdown(n.Text))
	}
	if old := stale(r); old != "" {
		fmt.Fprintf(&b, "> Mind: %s\n\n", markdown(old))
	}
	b.WriteString(headTable(r))
	omitted := 0
	for _, d := range detailBlocks(r) {
		if b.Len()+len(d) > markdownLimit {
			omitted++
			continue
		}
		b.WriteString(d)
	}
	if omitted > 0 {
		fmt.Fprintf(&b, "\n… %s left out for length; see report.html.\n", things(uint64(omitted), "section"))
	}
	fmt.Fprintf(&b, "\n<sub>%s</sub>\n", markdown(markdownFoot(r)))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write summary.md: %w", err)
	}
	return nil
}

func markdownFoot(r *Report) string {
	parts := []string{strings.TrimSpace("turnpike " + r.Tool.Version)}
	if r.RunID != "" {
		parts = append(parts, "run "+r.RunID)
	}
	if r.Mode != ModePrice {
		parts = append(parts, fmt.Sprintf("seed %d", r.Seed), "measurement "+r.Summary.Validity.Verdict)
	}
	if r.Cost.Region != "" {
		parts = append(parts, fmt.Sprintf("prices of %s as of %s", r.Cost.Region, r.Cost.AsOf))
	}
	return strings.Join(parts, " · ")
}

// headTable is the table of checks or, where there are none, of requests, or
// else the bill.
func headTable(r *Report) string {
	if t := checkTable(r); t != nil {
		return markdownTable(t, 60)
	}
	if t := requestTable(r); t != nil {
		return markdownTable(t, 20)
	}
	if t := costTable(r.Cost); t != nil {
		return markdownTable(t, 20)
	}
	return ""
}

func detailBlocks(r *Report) []string {
	var out []string
	add := func(title string, t *table, rows int) {
		if t != nil && len(t.Rows) > 0 {
			out = append(out, fmt.Sprintf("\n<details><summary>%s</summary>\n\n%s\n</details>\n", title, markdownTable(t, rows)))
		}
	}
	if len(r.Checks) > 0 { // else it is the first
		add("By request", requestTable(r), 60)
	}
	if v := refusalsOf(r); v != nil && r.Summary.Counts.Refused > 0 {
		add("Refusals by limit", v.Limits, 20)
		add("Refusals by client", v.Clients, 40)
	}
	add("A month on REST and on HTTP, line by line", costTable(r.Cost), 40)
	add("What is billed, and what is not", ledgerTable(r.Cost.Ledger), 40)
	if r.Summary.Counts.Planned > 0 {
		h := healthOf(r)
		add("Can these numbers be trusted?", h.Signs, 20)
	}
	if len(r.Method) > 0 {
		var b strings.Builder
		for _, m := range r.Method {
			fmt.Fprintf(&b, "- %s\n", markdown(m))
		}
		out = append(out, fmt.Sprintf("\n<details><summary>Method and assumptions</summary>\n\n%s\n</details>\n", b.String()))
	}
	return out
}

// markdownTable writes at most n rows.
func markdownTable(t *table, n int) string {
	var b strings.Builder
	row := func(cells []string) { fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | ")) }
	var head, rule []string
	for _, h := range t.Head {
		head = append(head, markdown(h.Text))
		if h.Number {
			rule = append(rule, "---:")
		} else {
			rule = append(rule, "---")
		}
	}
	row(head)
	row(rule)
	for i, r := range t.Rows {
		if i == n {
			fmt.Fprintf(&b, "\n… %s left out; see report.html.\n", things(uint64(len(t.Rows)-n), "row"))
			break
		}
		cells := make([]string, len(t.Head))
		for k := range cells {
			if k >= len(r.Cells) {
				continue
			}
			c := r.Cells[k]
			cells[k] = markdown(cut(c.Text, 160))
			if c.Sub != "" {
				cells[k] += "<br><sub>" + markdown(cut(c.Sub, 160)) + "</sub>"
			}
			if c.Bar != nil {
				cells[k] = c.Bar.Width
			}
		}
		row(cells)
	}
	return b.String()
}

// markdown escapes what would be markup, a mention or a new line: the text
// comes from scenario files and from the API.
func markdown(s string) string {
	s = html.EscapeString(strings.Join(strings.Fields(plain(strings.ReplaceAll(s, "\n", " "))), " "))
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "@", "&#64;", "#", `\#`, "&#34;", `"`, "&#39;", "'").Replace(s)
}
