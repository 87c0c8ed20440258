using ServiceDefaults.Authentication;
using ServiceDefaults.Http;

namespace Gateway.Requests;

/// <summary>AuthService's table of requests.</summary>
public sealed class RequestLogClient(HttpClient auth)
{
    /// <summary>May be repeated: a record that is there already is not counted again.</summary>
    /// <exception cref="HttpRequestException">They were not taken.</exception>
    public async Task SendAsync(IReadOnlyList<RequestRecord> records, CancellationToken cancellation)
    {
        using var response = await auth.PostAsJsonAsync("/internal/requests", records, cancellation);
        response.EnsureSuccessStatusCode();
    }
}

/// <param name="Id">Given when the record is sent, so that one that is sent twice is one.</param>
public sealed record RequestRecord(
    Guid Id, DateTimeOffset Time, string RequestId, string Method, string Path, string? Route, int Status, double Milliseconds, long BytesIn, long BytesOut, int Items,
    string? Principal, Guid? KeyId, string? KeyPrefix, string? Address, string? UserAgent)
{
    public static RequestRecord Of(RequestEntry entry) => new(
        Guid.CreateVersion7(entry.Time), entry.Time, entry.RequestId, entry.Method, entry.Path, entry.Route, entry.Status, Math.Round(entry.Milliseconds, 3), entry.BytesIn, entry.BytesOut, entry.Items,
        entry.Principal, entry.KeyId, entry.KeyPrefix, entry.Address, entry.UserAgent);
}

public static class RequestLogClientExtensions
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    internal static void AddRequestLogClient(this IServiceCollection services) =>
        services.AddServiceClient<RequestLogClient>("auth", Scopes.Service.Requests, Deadline);
}
