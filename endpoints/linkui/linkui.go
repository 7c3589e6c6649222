// Package linkui serves Link: the pages on which people connect their accounts,
// the script that apps load to open them, and the sandbox's bank.
//
// The pages have no cookies: the key in a page's path is what reaches its session.
// They work without script, and with it without being loaded anew for every step.
package linkui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v5"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Options is what a UI is made of. Fields without a default are required.
type Options struct {
	Store       flow.Store
	Sessions    *linksession.Sessions
	Tokens      *api.Tokens
	IDs         *api.IDs
	Ledger      *ledger.Ledger
	Providers   *providers.Registry
	Environment models.Environment
	// PublicURL is where people's browsers reach the server: scheme, host and port.
	PublicURL string
	// Customizations are how Link looks and asks, by link_customization_name; that of
	// the name "default" is for all who name none, or one that is not there.
	Customizations map[string]Customization
	// Wake says that there are webhooks to deliver. Default: nobody is told.
	Wake func()
	// Log gets a line per request at level Info. Default: none.
	Log *slog.Logger
}

// Customization is how Link looks and asks.
type Customization struct {
	// PrimaryColor is the colour of buttons, as "#rrggbb". It is made lighter or darker
	// where it could not be read. Default: Gingham's.
	PrimaryColor string
	// Logo is a picture as a data URL: PNG, JPEG, WebP or SVG in base64, of at most
	// 32 KiB. Default: none.
	Logo string
	// AccountSelection is how many accounts people may share. Default: flow.SelectSome.
	AccountSelection flow.Selection
}

// defaultCustomization is the name of the customization of who names none.
const defaultCustomization = "default"

// defaultColor is Gingham's own.
const defaultColor = "#134e4a"

// maxLogo is the size of a logo's data URL, in bytes.
const maxLogo = 32 << 10

// look is a customization, ready for pages.
type look struct {
	Brand     brand
	Logo      template.URL
	selection flow.Selection
}

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// UI serves Link's pages, and opens the gateway (gateway.Opener). It is safe for
// concurrent use.
type UI struct {
	engine    *flow.Engine
	ids       *api.IDs
	env       models.Environment
	publicURL string
	looks     map[string]look
	templates *template.Template
	assets    assets
	dropIn    []byte
	origins   *http.CrossOriginProtection
	log       *slog.Logger
}

// New returns a UI, or an error that says which option is wrong.
func New(o Options) (*UI, error) {
	u := &UI{
		ids: o.IDs, env: o.Environment, publicURL: strings.TrimSuffix(o.PublicURL, "/"), looks: map[string]look{}, log: o.Log,
		origins: http.NewCrossOriginProtection(),
	}
	if u.log == nil {
		u.log = slog.New(slog.DiscardHandler)
	}
	origin, ok := flow.Origin(u.publicURL)
	if !ok {
		return nil, fmt.Errorf("linkui: the public URL %q is no http or https URL", o.PublicURL)
	}
	if err := u.origins.AddTrustedOrigin(origin); err != nil {
		return nil, fmt.Errorf("linkui: the public URL: %w", err)
	}
	var err error
	if u.looks[defaultCustomization], err = newLook(Customization{}); err != nil {
		return nil, err
	}
	for name, c := range o.Customizations {
		if u.looks[name], err = newLook(c); err != nil {
			return nil, fmt.Errorf("%w, in the customization %q", err, name)
		}
	}
	u.engine = flow.New(flow.Options{
		Store: o.Store, Sessions: o.Sessions, Tokens: o.Tokens, IDs: o.IDs, Ledger: o.Ledger, Providers: o.Providers,
		Environment: o.Environment, PublicURL: u.publicURL, Wake: o.Wake, Log: o.Log,
		Selection: func(name string) flow.Selection { return u.look(name).selection },
	})
	if u.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("linkui: %w", err)
	}
	if u.assets, err = loadAssets("link.css", "link.js"); err != nil {
		return nil, fmt.Errorf("linkui: %w", err)
	}
	script, err := staticFiles.ReadFile("static/link-initialize.js")
	if err != nil {
		return nil, fmt.Errorf("linkui: %w", err)
	}
	u.dropIn = bytes.ReplaceAll(script, []byte(originMark), []byte(origin))
	return u, nil
}

func newLook(c Customization) (look, error) {
	l := look{Logo: template.URL(c.Logo), selection: c.AccountSelection} //nolint:gosec // a picture's URL, checked below
	if c.PrimaryColor == "" {
		c.PrimaryColor = defaultColor
	}
	color, err := parseColor(c.PrimaryColor)
	if err != nil {
		return look{}, err
	}
	l.Brand = newBrand(color)
	if c.Logo != "" && (!isPicture(c.Logo) || len(c.Logo) > maxLogo) {
		return look{}, fmt.Errorf("linkui: a logo is no data URL of a picture of at most %d bytes", maxLogo)
	}
	switch l.selection {
	case "":
		l.selection = flow.SelectSome
	case flow.SelectSome, flow.SelectOne, flow.SelectAll:
	default:
		return look{}, fmt.Errorf("linkui: unknown account selection %q", l.selection)
	}
	return l, nil
}

func isPicture(url string) bool {
	for _, kind := range []string{"png", "jpeg", "webp", "svg+xml"} {
		if strings.HasPrefix(url, "data:image/"+kind+";base64,") {
			return true
		}
	}
	return false
}

// look is a customization by its name.
func (u *UI) look(name string) look {
	if l, ok := u.looks[name]; ok {
		return l
	}
	return u.looks[defaultCustomization]
}

// Register adds Link's routes to a router. Everything under the paths that hold a
// key is answered here, so that no key comes into another's log.
func (u *UI) Register(e *echo.Echo) {
	u.add(e, "/link/v2/stable/link-initialize.js", false, (*request).dropIn)
	u.add(e, "/link/assets/:version/:name", false, (*request).asset)
	u.add(e, "/link/frame", false, (*request).frame)
	u.add(e, "/link/v2/stable/link.html", false, (*request).webview)
	u.add(e, "/link/:identifier", false, (*request).hosted)
	u.add(e, "/link/s/:key", true, (*request).session)
	u.add(e, "/link/s/:key/search", false, (*request).search)
	u.add(e, "/link/s/*", false, (*request).gone)
	u.add(e, "/link/oauth/:state", true, (*request).bank)
	u.add(e, "/link/oauth/:state/return", false, (*request).comeBack)
	u.add(e, "/link/oauth/*", false, (*request).gone)
}

// add adds a route that is read, and posted to as well if it says so.
func (u *UI) add(e *echo.Echo, path string, posted bool, handle func(*request)) {
	e.Any(path, func(c *echo.Context) error {
		r := &request{
			UI: u, w: c.Response(), r: c.Request(), param: c.Param, id: u.ids.RequestID(), nonce: u.ids.Alphanumeric(22),
			ancestors: none, status: http.StatusOK,
		}
		start := time.Now()
		r.serve(posted, handle)
		if ctx := r.r.Context(); u.log.Enabled(ctx, slog.LevelInfo) {
			// The path itself holds what nobody else may know.
			u.log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("method", r.r.Method), slog.String("path", path),
				slog.Int("status", r.status), slog.String("request_id", r.id), slog.String("link_session_id", r.sessionID),
				slog.String("remote", c.RealIP()), slog.Duration("duration", time.Since(start)))
		}
		return nil
	})
}

// originMark stands in the script for where the server is.
const originMark = "__GINGHAM_ORIGIN__"

// assets are files of pages, which are known by what is in them.
type assets map[string]file

type file struct {
	// Path has a hash of the text in it, so that it can be kept for ever.
	Path string
	kind string
	text []byte
}

func loadAssets(names ...string) (assets, error) {
	out := assets{}
	for _, name := range names {
		text, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		kind := "text/css; charset=utf-8"
		if strings.HasSuffix(name, ".js") {
			kind = "text/javascript; charset=utf-8"
		}
		out[name] = file{Path: "/link/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, kind: kind, text: text}
	}
	return out, nil
}
