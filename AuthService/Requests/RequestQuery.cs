using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace AuthService.Requests;

/// <summary>The query string of <c>GET /v1/admin/requests</c>.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Principal">A user's id, or <c>guest</c>.</param>
/// <param name="Key">A key's id or its first characters, as lists of keys show them.</param>
/// <param name="Ip">As the log has it: whole, truncated or hashed.</param>
/// <param name="Status">A status such as <c>429</c>, or a class such as <c>5xx</c>.</param>
/// <param name="Route">A route's pattern: <c>/v1/models/{model}/predict</c>.</param>
/// <param name="RequestId">As in <c>X-Request-Id</c>.</param>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
public sealed record RequestQuery(
    [FromQuery(Name = "from")] DateTimeOffset? From,
    [FromQuery(Name = "to")] DateTimeOffset? To,
    [FromQuery(Name = "principal")] string? Principal,
    [FromQuery(Name = "key")] string? Key,
    [FromQuery(Name = "ip")] string? Ip,
    [FromQuery(Name = "status")] string? Status,
    [FromQuery(Name = "route")] string? Route,
    [FromQuery(Name = "requestId")] string? RequestId,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] int? Limit)
{
    public int PageSize => Pages.SizeOf(Limit);

    public IQueryable<LoggedRequest> Filter(IQueryable<LoggedRequest> all)
    {
        if (From?.ToUniversalTime() is { } from)
            all = all.Where(r => r.Time >= from);
        if (To?.ToUniversalTime() is { } to)
            all = all.Where(r => r.Time < to);
        if (Principal is not null)
            all = all.Where(r => r.Principal == Principal);
        if (Key is not null)
            all = Guid.TryParse(Key, out var id) ? all.Where(r => r.KeyId == id) : all.Where(r => r.KeyPrefix == Key);
        if (Ip is not null)
            all = all.Where(r => r.Address == Ip);
        if (Route is not null)
            all = all.Where(r => r.Route == Route);
        if (RequestId is not null)
            all = all.Where(r => r.RequestId == RequestId);
        if (Status is not null)
        {
            var (first, last) = ReadStatus(Status);
            all = all.Where(r => r.Status >= first && r.Status <= last);
        }
        return all;
    }

    /// <summary>The rows behind the cursor, one more than the page so that its end is known.</summary>
    public IQueryable<LoggedRequest> Page(IQueryable<LoggedRequest> filtered)
    {
        if (Cursor is not null)
        {
            var after = RequestCursor.Parse(Cursor);
            filtered = filtered.Where(r => r.Time < after.Time || (r.Time == after.Time && r.Id.CompareTo(after.Id) < 0));
        }
        return filtered.OrderByDescending(r => r.Time).ThenByDescending(r => r.Id).Take(PageSize + 1);
    }

    private static (int First, int Last) ReadStatus(string text)
    {
        if (text is [>= '1' and <= '5', 'x' or 'X', 'x' or 'X'])
            return ((text[0] - '0') * 100, (text[0] - '0') * 100 + 99);
        return int.TryParse(text, out var status) && status is >= 100 and <= 599
            ? (status, status)
            : throw ProblemException.Invalid("status", "'status' is a status such as 429, or a class such as 5xx.");
    }
}
