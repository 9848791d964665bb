/**
 * Any JSON object. White space is bounded, so a small model cannot fill its budget with it, and
 * nothing may follow the object, so the answer ends there.
 */
export const JSON_GRAMMAR = String.raw`root   ::= object
object ::= "{" ws ( string ":" ws value ( ws "," ws string ":" ws value )* ws )? "}"
array  ::= "[" ws ( value ( ws "," ws value )* ws )? "]"
value  ::= object | array | string | number | "true" | "false" | "null"
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]{0,15} ) ( "." [0-9]{1,15} )? ( [eE] [-+]? [0-9]{1,2} )?
ws     ::= ( " " | "\n" [ \t]{0,12} )?
`;
