package control

import (
	"time"

	"github.com/shopspring/decimal"
)

// nanoseconds is how many decimal places of a second a time.Duration has.
const nanoseconds = 9

// duration is a number of seconds as a length of time; nil is none at all.
func duration(seconds *decimal.Decimal) time.Duration {
	if seconds == nil {
		return 0
	}
	return time.Duration(seconds.Shift(nanoseconds).IntPart())
}

// seconds is a length of time as a number of seconds.
func seconds(d time.Duration) decimal.Decimal { return decimal.New(int64(d), -nanoseconds) }
