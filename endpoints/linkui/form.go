package linkui

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

const (
	// maxForm and maxUpload are the sizes of what may be posted, in bytes: fields (a
	// password may be a custom user's JSON), and a file of maxFile with fields.
	maxForm, maxUpload = 1 << 20, maxFile + 64<<10
	// maxFile is the size of the largest file that is taken, in bytes.
	maxFile = 16 << 20
	// uploading is how long a file may take to arrive.
	uploading = 90 * time.Second
)

// step reads what was posted.
func (r *request) step() (flow.Step, error) {
	form, file, err := r.form()
	if err != nil {
		return flow.Step{}, err
	}
	step := flow.Step{
		Action: flow.Action(form.Get("action")), Institution: form.Get("institution"), Query: form.Get("q"),
		Answers: answers(form), File: file, Accounts: places(form["account"]),
	}
	if step.Turn, err = strconv.Atoi(form.Get("turn")); err != nil {
		return flow.Step{}, err
	}
	step.Sent, _ = strconv.Atoi(form.Get("sent"))
	return step, nil
}

// answerPrefix begins the names of fields that hold answers.
const answerPrefix = "answer."

func answers(form url.Values) map[string]string {
	out := map[string]string{}
	for name, values := range form {
		if field, ok := strings.CutPrefix(name, answerPrefix); ok && len(values) > 0 {
			out[field] = values[0]
		}
	}
	return out
}

func places(values []string) []int {
	var out []int
	for _, v := range values {
		if i, err := strconv.Atoi(v); err == nil {
			out = append(out, i)
		}
	}
	return out
}

// form reads the fields that were posted, and the file if there is one. Nothing of
// it is written to disk.
func (r *request) form() (url.Values, []byte, error) {
	kind, _, err := mime.ParseMediaType(r.r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind != "multipart/form-data" {
		r.r.Body = http.MaxBytesReader(r.w, r.r.Body, maxForm)
		err := r.r.ParseForm()
		return r.r.PostForm, nil, err
	}
	// A large file over a slow line takes longer than the server gives other requests.
	_ = http.NewResponseController(r.w).SetReadDeadline(time.Now().Add(uploading))
	r.r.Body = http.MaxBytesReader(r.w, r.r.Body, maxUpload)
	reader, err := r.r.MultipartReader()
	if err != nil {
		return nil, nil, err
	}
	form, file := url.Values{}, []byte(nil)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, file, nil
		}
		if err != nil {
			return nil, nil, err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		if part.FormName() == "file" {
			file = text
		} else {
			form.Add(part.FormName(), string(text))
		}
	}
}
