package linkui

import (
	"html/template"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// deadEnd is a page that there is no way on from.
type deadEnd struct {
	head
	Mode                flow.Mode
	Parent              string
	Failure             *linksession.Failure
	NotAllowed, Trouble bool
	Messages            []any
	End                 template.URL
}

// deadEnd answers with a page that there is no way on from. An app that waits is told.
func (r *request) deadEnd(status int, d deadEnd) {
	r.fill(&d.head, "", "", "")
	d.Messages = []any{}
	switch {
	case d.NotAllowed:
		d.Title = d.NotAllowedTitle
	case d.Trouble:
		d.Title = d.TroubleTitle
	default:
		d.Title = d.GoneTitle
	}
	if d.Failure != nil {
		end := flow.Message{Number: 1, Type: "exit", Exit: &linksession.Exit{Failure: d.Failure, RequestID: r.id}}
		switch d.Mode {
		case flow.Frame:
			d.Messages = append(d.Messages, end)
		case flow.Webview:
			url := navigation(end, "")
			d.Messages = append(d.Messages, map[string]any{"number": 1, "url": url})
			d.End = template.URL(url) //nolint:gosec // our own scheme, and values escaped
		}
	}
	r.render(status, "dead-end", &d)
}

// preferred is the first language of an Accept-Language header that Link speaks.
func preferred(header string) string {
	for tag := range strings.SplitSeq(header, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		code, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if languages[code] != nil {
			return code
		}
	}
	return ""
}
