package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/providers"
)

// deviceCode is the code that every device is sent.
const deviceCode = "1234"

// mfa is what a login asks for beyond its password.
type mfa struct {
	// Kind is "device", "questions", "selections", "yes" (one selection between
	// Yes and No), or "" for nothing.
	Kind string `json:"kind,omitempty"`
	// Rounds is how many steps it takes, Each how many fields a step has, and
	// Options how many choices a selection has.
	Rounds  int `json:"rounds,omitempty"`
	Each    int `json:"each,omitempty"`
	Options int `json:"options,omitempty"`
	// First is what indexes count from in the names of answers to selections.
	First int `json:"first,omitempty"`
}

// mfaPassword reads a password that asks for MFA.
func mfaPassword(password string) (mfa, bool) {
	switch password {
	case "mfa_device":
		return mfa{Kind: "device", Rounds: 1}, true
	case "mfa_selections":
		return mfa{Kind: "yes", Rounds: 1, Each: 1, Options: 2}, true
	}
	if n, ok := indexes(password, "mfa_questions_", 2); ok {
		return mfa{Kind: "questions", Rounds: n[0], Each: n[1]}, true
	}
	// The answer to mfa_selections_1_1_3 is answer_1_1_0: these count from one.
	if n, ok := indexes(password, "mfa_selections_", 3); ok && n[2] >= 2 {
		return mfa{Kind: "selections", Rounds: n[0], Each: n[1], Options: n[2], First: 1}, true
	}
	return mfa{}, false
}

// indexes reads exactly count numbers from 1 to 9 after a prefix.
func indexes(text, prefix string, count int) ([]int, bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	parts := strings.Split(rest, "_")
	if !ok || len(parts) != count {
		return nil, false
	}
	out := make([]int, count)
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > 9 {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

// ask is the next step of MFA.
func (s *session) ask() (providers.Step, error) {
	m := s.MFA
	switch {
	case m.Kind == "device" && s.Stage != providers.StepDevice:
		s.Stage = providers.StepDevice
		return s.step(providers.Step{Fields: []providers.Field{{Name: FieldDevice, Label: "Where to send a code", Options: devices()}}})
	case m.Kind == "device":
		s.Stage = providers.StepCode
		return s.step(providers.Step{Fields: []providers.Field{{Name: FieldCode, Label: "Code"}}})
	}
	s.Stage = providers.StepSelections
	if m.Kind == "questions" {
		s.Stage = providers.StepQuestions
	}
	var fields []providers.Field
	for j := range m.Each {
		f := providers.Field{
			Name:  fmt.Sprintf("answer_%d_%d", s.Round, j),
			Label: fmt.Sprintf("Question %d of round %d", j+1, s.Round+1),
		}
		for k := range m.Options {
			f.Options = append(f.Options, s.option(j, k))
		}
		fields = append(fields, f)
	}
	return s.step(providers.Step{Fields: fields})
}

// option is choice k of selection j of this round. The first is the right one.
func (s *session) option(j, k int) string {
	if s.MFA.Kind == "yes" {
		return []string{"Yes", "No"}[k]
	}
	return fmt.Sprintf("answer_%d_%d_%d", s.Round+s.MFA.First, j+s.MFA.First, k)
}

// devices are where a code can be sent.
func devices() []string {
	return []string{"Text message to ***-***-0010", "E-mail to a***0@example.com"}
}

// right reports whether the answers to the step at which the session stands are right.
func (s *session) right(values map[string]string) bool {
	switch s.Stage {
	case providers.StepDevice:
		chosen := values[FieldDevice]
		for _, d := range devices() {
			if chosen == d {
				return true
			}
		}
		return chosen == ""
	case providers.StepCode:
		return strings.TrimSpace(values[FieldCode]) == deviceCode
	}
	for j := range s.MFA.Each {
		name := fmt.Sprintf("answer_%d_%d", s.Round, j)
		want := name
		if s.Stage == providers.StepSelections {
			want = s.option(j, 0)
		}
		if values[name] != want {
			return false
		}
	}
	return true
}

// recaptchaPassword reads a password that asks for a CAPTCHA: "good", "bad" or "".
func recaptchaPassword(password string) string {
	var asked struct {
		Recaptcha string `json:"recaptcha"`
	}
	if json.Unmarshal([]byte(password), &asked) != nil {
		return ""
	}
	return asked.Recaptcha
}
