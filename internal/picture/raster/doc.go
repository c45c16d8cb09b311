// Package raster works on the pixels of decoded pictures: brings them into few
// forms, turns them upright, makes them small, finds palettes.
//
// The forms are four of the standard library's, with bounds that begin at 0, 0:
// *image.Gray and *image.YCbCr, which are opaque, *image.NRGBA and *image.Paletted,
// which may be transparent. *image.RGBA, whose colours are multiplied by alpha, is
// what small pictures come in.
//
// Pictures here can be as large as memory allows, so nothing is copied that needn't
// be: what a function is given, it may change or hand back, and the caller goes on
// with what it returns alone.
package raster
