package api

import (
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// Days checks the first and the last day that a request asks for, which were
// decoded as dates. It returns INVALID_FIELD if they are in the wrong order.
func Days(start, end string) (first, last models.Date, err error) {
	if start > end {
		return "", "", plaiderr.InvalidField("start_date must not be after end_date")
	}
	return models.Date(start), models.Date(end), nil
}
