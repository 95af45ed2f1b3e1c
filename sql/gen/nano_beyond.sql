-- {nano_beyond:NEW.cost_nano}: is it beyond what cost_usd takes? Its CHECK would refuse that in a
-- trigger, where an UPDATE OR FAIL or an INSERT OR IGNORE then keeps what was done so far.
{x} NOT BETWEEN -9199999999999999999 AND 9199999999999999999
