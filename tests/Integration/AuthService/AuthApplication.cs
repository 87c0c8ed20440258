using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AuthService;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ServiceDefaults.Outbox;

namespace Integration.AuthService;

/// <summary>AuthService with a database of its own.</summary>
internal sealed class AuthApplication : IAsyncDisposable
{
    public const string Secret = "a secret for tests only";
    public const string Password = "ask-the-heron";

    private readonly ServiceHost<AuthDb> host;

    private AuthApplication(ServiceHost<AuthDb> host, string database)
    {
        (this.host, Database) = (host, database);
        Client = new HttpClient { BaseAddress = new Uri(host.Address) };
    }

    public HttpClient Client { get; }

    public string Address => host.Address;

    public string Database { get; }

    public string Log => host.Log;

    public IServiceProvider Services => host.Services;

    public ShiftedTime Time { get; private init; } = null!;

    /// <param name="database">Given: another replica, or the same after a restart.</param>
    public static async Task<AuthApplication> StartNewAsync(
        IReadOnlyDictionary<string, string>? settings = null, string? database = null, Action<IServiceCollection>? services = null)
    {
        database ??= $"auth_{Guid.NewGuid():N}";
        var time = new ShiftedTime();
        var host = await ServiceHost<AuthDb>.StartNewAsync("auth", database, settings ?? new Dictionary<string, string>(), all =>
        {
            all.AddSingleton<TimeProvider>(time);
            services?.Invoke(all);
        });
        await host.WaitUntilReadyAsync();
        return new AuthApplication(host, database) { Time = time };
    }

    public static string NewEmail() => $"{Guid.NewGuid():N}@example.org";

    public Task<HttpResponseMessage> RegisterAsync(string email, string password = Password, object? consent = null, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, "/v1/auth/register", new { email, password, consent }, idempotencyKey: idempotencyKey);

    public Task<HttpResponseMessage> TokenAsync(params (string Name, string Value)[] form) =>
        Client.PostAsync("/token", new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<HttpResponseMessage> SignInAsync(string email, string password = Password) => TokenAsync(("username", email), ("password", password));

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken) => TokenAsync(("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    public Task<HttpResponseMessage> ServiceTokenAsync(string service, string scope, string secret = Secret) =>
        TokenAsync(("grant_type", "client_credentials"), ("client_id", service), ("client_secret", secret), ("scope", scope));

    /// <summary>Someone new, signed in.</summary>
    /// <param name="role">Other than <c>user</c>: given by hand, as if an administrator had.</param>
    public async Task<TestUser> NewUserAsync(string role = "user")
    {
        var email = NewEmail();
        var id = (await RegisterAsync(email).ReadAsync(HttpStatusCode.Created)).Text("id");
        if (role != "user")
            await ExecuteAsync($"UPDATE users SET role = '{role}' WHERE id = '{id}'");
        return await SignedInAsync(id, email);
    }

    /// <summary>The same user, signed in once more.</summary>
    public async Task<TestUser> SignedInAsync(string id, string email, string password = Password)
    {
        var answer = await SignInAsync(email, password).ReadAsync();
        return new TestUser(id, email, answer.Text("access_token"), answer.Text("refresh_token"));
    }

    /// <summary>As another service asks.</summary>
    public async Task<HttpResponseMessage> SendAsAsync(string service, string scope, HttpMethod method, string path, object? body = null) =>
        await SendAsync(method, path, body, (await ServiceTokenAsync(service, scope).ReadAsync()).Text("access_token"));

    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(Database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(Database));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A new user's access token.</summary>
    public async Task<string> NewUserTokenAsync()
    {
        var email = NewEmail();
        await RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        return (await SignInAsync(email).ReadAsync()).Text("access_token");
    }

    public Task<HttpResponseMessage> CreateKeyAsync(string token, object key, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, "/v1/auth/keys", key, token, idempotencyKey);

    public async Task<JsonNode> NewKeyAsync(string token, object? key = null) =>
        await CreateKeyAsync(token, key ?? new { name = "test" }).ReadAsync(HttpStatusCode.Created);

    /// <summary>As the gateway asks.</summary>
    public async Task<HttpResponseMessage> ExchangeAsync(string apiKey)
    {
        var gateway = (await ServiceTokenAsync("gateway", "exchange").ReadAsync()).Text("access_token");
        return await SendAsync(HttpMethod.Post, "/internal/exchange", new { apiKey }, gateway);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string? token = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return Client.SendAsync(request);
    }

    /// <summary>A fact in the outbox, as a handler would write it.</summary>
    public async Task AnnounceAsync<TEvent>(TEvent fact, string subject, DateTimeOffset time) where TEvent : class
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        db.Announce(fact, subject, time);
        await db.SaveChangesAsync();
    }

    /// <summary>Everything in a table as one text, to look for what must not be there.</summary>
    public async Task<string> DumpAsync(string table)
    {
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(Database));
        await using var command = source.CreateCommand($"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.DisposeAsync();
    }
}

internal sealed record TestUser(string Id, string Email, string Token, string RefreshToken)
{
    public IReadOnlyList<string> Scopes => ScopesOf(Token);

    public static IReadOnlyList<string> ScopesOf(string token) => Jwt.PayloadOf(token).Text("scope").Split(' ');
}
