package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v5"
)

// addDocument registers a JSON document, which is served as it is.
func (s *Server) addDocument(path string, text []byte, counts *routeCounts) {
	route := &Route{Path: path}
	s.echo.GET(path, func(c *echo.Context) error {
		x := &exchange{server: s, route: route, http: c.Request(), w: c.Response(), start: time.Now()}
		x.caller.RequestID = s.ids.RequestID()
		x.send(http.StatusOK, jsonType, len(text), text)
		elapsed := time.Since(x.start)
		counts.observe(http.StatusOK, elapsed)
		s.logRequest(c, http.StatusOK, &x.caller, elapsed)
		return nil
	})
}
