// Package documents typesets asset reports and account statements as PDF.
//
// What it writes is for people who decide on a loan: nothing is cut or abbreviated, amounts
// have their currency, tables say on each page what is carried forward, and text can be
// searched, copied and read aloud. Names are shown in the scripts that package typeface has
// fonts for; a character of any other is a box, and still itself when it is copied.
package documents
