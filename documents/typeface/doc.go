// Package typeface sets text in the embedded fonts: it chooses a font for each
// script, shapes it, breaks it into lines, and cuts the fonts down to the glyphs
// that a document has.
//
// The fonts are Noto Sans and Droid Sans Fallback; fonts/README.md says where they are
// from and under which licences.
package typeface
