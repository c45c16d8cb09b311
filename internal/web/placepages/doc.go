// Package placepages has the pages by which a person finds a place: the front
// page, the search by name, the climb from the world to a city, the maps, and
// what the site is.
//
//	GET /                   the front page: find your city
//	GET /find?q=            places by name; &go=1 opens the board of the only one so called
//	GET /find.json?q=       the same, as one types
//	GET /about              what the site is, keeps and is made of
//	GET /safety             how to meet strangers and be safe
//	GET /{place}/places     what lies in a place, and which boards have posts
//	GET /{place}/map        the world, or a country, with its boards as dots, ringed where people meet soon
//
// It changes nothing. Which boards have posts, and where people meet, it knows from
// directory.Directory, which costs the database nothing; only the front page reads
// threads, and is handed what is coming up. To a meetup's page it brings the small map
// of where its city is.
package placepages
