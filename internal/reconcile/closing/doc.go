// Package closing closes a month: it adds rows to what was metered, so that what teams are charged equals what was invoiced, to the last
// digit, and writes down in a manifest what that was made of.
//
// For each provider, account and currency the residual is the invoice, with purchases, credits and tax, minus what was metered. It is
// divided among the distinct sets of Tags in proportion to what was metered for them: all dimensions at once, so that every one of them adds
// up to the invoice. The rows are in a file of their own among those of metered/, and x_CostSource true_up tells them apart.
//
// Everything is a function of the files and the settings. There is no clock in what is written, so that the same files give the same bytes
// again, and a month whose inputs were changed since is found out.
package closing
