// Package searchpages is the page that looks for what was written:
//
//	GET /search?q=      posts by their words; &place= &thread= &from= &to= &picture=1 &opening=1
//	                    narrow it, &sort=newest orders it, &after= goes on
//
// It decides nothing: what is found and how it is marked is package search's.
// What it sees to is that every filter is on one form that works without
// script, that what can't be read of it is said beside its field, and that who
// found nothing is told what else to try.
package searchpages
