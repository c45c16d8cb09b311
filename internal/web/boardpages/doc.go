// Package boardpages are the HTML pages of the boards: a board as a wall, an
// index and a catalog; what the boards beneath a place bring up; a thread; the
// form to write in; taking back.
//
// They decide nothing: every act is one call of package board. What they see
// to is that a form that is refused comes back as it was typed with the reason
// beside its field, and that a form that is sent twice posts once.
package boardpages
