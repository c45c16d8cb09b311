// Package openapi describes an API by the OpenAPI standard, 3.1
// (https://spec.openapis.org/oas/v3.1.1.html): a table of what can be asked, and the
// Go types of what is taken and given.
//
// A field's words stand in its tag doc; example, enum and format say more where there
// is more to say. A field that is left out where it has no value has omitempty or
// omitzero; all others are always there. Of what is sent nothing unknown is taken.
package openapi
