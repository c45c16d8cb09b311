// Package api is the door for programs: the site's own JSON, beneath /api/v1,
// for everything that its pages can do, reading and writing.
//
// What it promises:
//   - It decides nothing: every act is the one that the pages call, under the
//     same rates, tickets and limits.
//   - The table operations says what each address takes and gives, by Go types;
//     /api/v1/openapi.json (OpenAPI 3.1) is made of it, and tests hold live
//     answers against it.
//   - Everything that goes wrong here is a problem (RFC 9457) with the key of its
//     message as code, in words of the language asked for. Only a site that has no
//     place left for a request, or a method that no address has, is told of as
//     package web does.
//   - Who asks is told apart by the token that they bring (RFC 6750), or are
//     given when they first post; never by a cookie. So any page of any site may
//     ask, and gets no more than anybody.
//   - Within v1 fields are added and never taken away; what has no value is absent,
//     never null.
//
// docs/api.md is the way in for who writes a client.
package api
