-- A worker that ends says so: nobody needs to wait for it to be silent. KEYS: workers, streams. ARGV: me.
redis.call('HDEL', KEYS[1], ARGV[1])
for i = 2, #KEYS do
  local ok, held = pcall(redis.call, 'XPENDING', KEYS[i], 'workers', '-', '+', 1, ARGV[1])
  if ok and #held == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[i], 'workers', ARGV[1]) end
end
return 1
