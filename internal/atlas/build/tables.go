package main

import "moot/internal/atlas"

// byName gives shapes that have no number of their own, or share another's, to
// the country that the gazetteer counts their cities to; "" leaves them out.
var byName = map[string]string{
	"Kosovo":                  "xk",
	"Somaliland":              "so",
	"N. Cyprus":               "cy",
	"Cyprus U.N. Buffer Zone": "cy",
	"Dhekelia":                "cy",
	"Akrotiri":                "cy",
	"Baikonur":                "kz",
	"USNB Guantanamo Bay":     "cu",
	"Indian Ocean Ter.":       "cx",
	"Ashmore and Cartier Is.": "",
}

// given is land that Natural Earth draws with one country and the gazetteer
// counts to another: every piece whose middle lies in the box. What is given to
// "" is left out: far islands that nobody lives on.
type given struct {
	from, to                 string
	south, west, north, east float64
}

var gifts = []given{
	{"fr", "gf", 2, -55, 6, -51},
	{"fr", "gp", 15.8, -61.9, 16.6, -61},
	{"fr", "mq", 14.3, -61.3, 14.95, -60.7},
	{"fr", "re", -21.5, 55, -20.8, 56},
	{"fr", "yt", -13.1, 44.9, -12.6, 45.4},
	{"no", "sj", 74, 10, 81.5, 35},
	{"no", "sj", 70.5, -10, 71.5, -7},
	{"nl", "bq", 11.9, -68.6, 17.8, -62.8},
	{"nz", "tk", -9.7, -172.7, -8.4, -171},
	{"cx", "cc", -12.4, 96.7, -11.7, 97},
	{"nz", "", -56, 158, -47.5, 180},
	{"es", "", 35.9, -3.1, 36, -3},
	{"ru", "ua", 44.3, 32.4, 46.3, 36.7},
}

// divided is a country that Natural Earth draws beyond a parallel where another
// begins for the gazetteer: what lies south of it is the other's.
type divided struct {
	from, to string
	lat      float64
}

var divisions = []divided{
	{"ma", "eh", 27.6612}, // Western Sahara, as the same map's own part of it ends
}

// alsoShown are places that a country's sheet must show although they lie far
// from its largest piece of land.
var alsoShown = map[string][]atlas.Point{
	"bh": {{Lat: 26.26, Lon: 50.63}},                         // Muharraq
	"gd": {{Lat: 12.48, Lon: -61.46}},                        // Carriacou
	"gq": {{Lat: 3.75, Lon: 8.78}},                           // Malabo
	"ki": {{Lat: 1.36, Lon: 173.02}},                         // Tarawa
	"mv": {{Lat: 7.03, Lon: 72.89}, {Lat: -0.63, Lon: 73.1}}, // from the first atoll to the last
	"pn": {{Lat: -25.07, Lon: -130.1}},                       // Adamstown
	"ps": {{Lat: 31.3, Lon: 34.25}},                          // Rafah
	"pw": {{Lat: 7, Lon: 134.25}},                            // Peleliu
	"st": {{Lat: 1.64, Lon: 7.42}},                           // Príncipe
	"tw": {{Lat: 23.57, Lon: 119.58}},                        // Penghu
	"to": {{Lat: -15.95, Lon: -173.77}},                      // Niuatoputapu
	"tt": {{Lat: 11.25, Lon: -60.68}},                        // Tobago
}
