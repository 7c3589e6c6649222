package linkui

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

// Option is what an option of a field is called.
func (p *page) Option(f providers.Field, option string) string {
	switch {
	case f.Name == "file_account" && option == "+":
		return p.AnotherAccount
	case f.Name == "file_account_type":
		return p.Subtype(option)
	}
	return option
}

// AboutFile reports whether the page asks for what a file leaves open.
func (p *page) AboutFile() bool {
	return slices.ContainsFunc(p.Fields, func(f providers.Field) bool { return p.FileFields[f.Name] != "" })
}

// Detail says what exactly can't be read, as the line of a file, or is "". It is in English.
func (p *page) Detail() string {
	if p.Failure == nil || p.Failure.Code != plaiderr.InvalidFieldCode.Name() {
		return ""
	}
	return p.Failure.Message
}

// UploadMax is the size of the largest file that is taken, in bytes.
func (p *page) UploadMax() int { return maxFile }

// TooLarge is said of a file that is larger than UploadMax.
func (p *page) TooLarge() string { return fmt.Sprintf(p.UploadLimit, maxFile>>20) }

// tooLarge says that a file that was posted is too large, where it was asked for.
func (r *request) tooLarge(key string) {
	view, err := r.engine.Look(r.r.Context(), key)
	if err != nil {
		r.show(nil, err)
		return
	}
	r.ancestors = ancestorsOf(view)
	p := r.page(view)
	view.Failure = &linksession.Failure{Code: plaiderr.InvalidFieldCode.Name(), Message: p.TooLarge()}
	r.render(http.StatusRequestEntityTooLarge, "session", p)
}
