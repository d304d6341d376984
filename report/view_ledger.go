package report

import (
	"fmt"
	"html/template"

	"github.com/turnpike-perf/turnpike/pricing"
)

// A ledgerView says what became of every request when it came to the bill.
type ledgerView struct {
	Text  string
	Flow  []flowPart
	Table *table
}

type flowPart struct {
	Label, Count, Share string
	Width               string
	Color               template.CSS
}

func ledgerOf(r *Report) *ledgerView {
	l := r.Cost.Ledger
	whole := max(l.Arrivals, l.Sent)
	if whole == 0 {
		return nil
	}
	v := &ledgerView{Text: ledgerText(l), Table: ledgerTable(l)}
	part := func(label string, n uint64, color string) {
		if n > 0 {
			v.Flow = append(v.Flow, flowPart{Label: label, Count: count(n), Share: share(of(n, whole)), Width: fmt.Sprintf("%.2f%%", 100*of(n, whole)), Color: template.CSS("--c:var(--" + color + ")")})
		}
	}
	part("billable", l.Billable, "ok")
	part("not billable", l.NotBillable, "stage")
	part("never reached API Gateway", l.NeverReached, "error")
	part("never sent", l.NotSent, "lost")
	return v
}

// ledgerTable has a row per billing rule, with where the rule comes from and
// how sure it is.
func ledgerTable(l pricing.Ledger) *table {
	billed := map[string]string{"billable": "billed", "not_billable": "not billed", "never_reached": "never reached", "not_sent": "never sent"}
	if len(l.Lines) == 0 {
		return nil
	}
	t := &table{Head: []cell{text("Rule"), num("Requests"), num("Share"), text("Billed")}}
	for _, k := range l.Lines {
		rule := cell{Text: upper(k.Title), Cite: k.Citation}
		if k.Confidence != "" {
			rule.Sub = "confidence: " + k.Confidence
		}
		if k.Switch != "" {
			rule.Sub += "; another reading: pricing.rules." + k.Switch
		}
		class := ""
		if !k.Billable {
			class = "minor"
		}
		t.Rows = append(t.Rows, tableRow{Class: class, Cells: []cell{rule, num(count(k.Count)), num(share(of(k.Count, max(l.Arrivals, l.Sent)))), text(billed[string(k.Class)]).class("tight")}})
	}
	return t
}

func ledgerText(l pricing.Ledger) string {
	s := fmt.Sprintf("Of %s sent, %s (%s) would be billed", things(l.Sent, "request"), count(l.Billable), share(of(l.Billable, l.Sent)))
	if l.NotBillable > 0 {
		s += fmt.Sprintf(" and %s would not", count(l.NotBillable))
	}
	return s + "."
}
