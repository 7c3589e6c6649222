// Package pdf writes tagged PDF documents, page after page, as PDF/A-2b asks for.
//
// A document is written as it is made. What is kept until its end is what must be there:
// the place of each object, which glyphs are used, the bookmarks. The number of pages is
// drawn into a form that every page shows and that is written last.
//
// There is no clock and nothing random in it: the same calls give the same bytes. Text
// comes from package typeface, shaped and in lines. Lengths are points, 1/72 inch, from the
// lower left corner of a page.
package pdf
