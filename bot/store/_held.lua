-- For scripts that write on behalf of a job with a thing: whether its fencing number is still the current one.
-- `holding` is the key HOLDING(thing=…), `fence` is Job.fence. An old number belongs to a worker that stood still
-- while another one took over.
local function held(holding, fence)
  return redis.call('GET', holding) == tostring(fence)
end
