package control

import (
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// longestDelay is the most by which a fault makes a call slower.
const longestDelay = 2 * time.Minute

// parseHeader reads api.FaultHeader: words between commas, each an error code,
// "latency=<seconds>", "drop" or "truncate". Anything else is INVALID_HEADERS.
func parseHeader(header string) (api.Fault, error) {
	var e effect
	for word := range strings.SplitSeq(header, ",") {
		word = strings.TrimSpace(word)
		delay, isLatency := strings.CutPrefix(word, "latency=")
		switch {
		case isLatency:
			s, err := strconv.ParseFloat(delay, 64)
			if err != nil || !(s >= 0 && s <= longestDelay.Seconds()) { // not a number is neither
				return api.Fault{}, badHeader("latency must be a number of seconds from 0 to %d", int(longestDelay.Seconds()))
			}
			e.delay = time.Duration(s * float64(time.Second))
		case word == "drop":
			e.drop = true
		case word == "truncate":
			e.truncate = true
		case !isErrorCode(word):
			return api.Fault{}, badHeader("%.64q is neither an error code nor latency=<seconds>, drop or truncate", word)
		case e.code != "" && e.code != word:
			return api.Fault{}, badHeader("there must be one error code at most")
		default:
			e.code = word
		}
	}
	if what := e.contradiction(); what != "" {
		return api.Fault{}, badHeader("%s", what)
	}
	return e.api(), nil
}

func badHeader(format string, args ...any) *plaiderr.Error {
	return plaiderr.New(plaiderr.InvalidHeaders).WithMessage(api.FaultHeader+": "+format, args...)
}
