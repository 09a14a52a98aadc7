// Package charge reads what the gen_ai_cost processor wrote on spans and log records into charges: who
// used how much of which meter at which unit prices.
//
// A charge has a key, the binary form of everything that tells it from other charges. Charges of one
// key differ only in their quantity, so their quantities can be added up and multiplied once.
package charge
