using System.Security.Cryptography;
using Aspire.Hosting;

namespace InferenceSuite.AppHost;

/// <summary>What a person may set for a run, and where its state lives. Settings come from the environment or the command line.</summary>
internal sealed class SuiteSettings(IDistributedApplicationBuilder builder)
{
    private readonly string _repository = Path.GetFullPath("..", builder.AppHostDirectory);

    /// <summary>The gateway's port: <c>SUITE_PORT</c>, 8080 when absent.</summary>
    public int Port { get; } = int.Parse(builder.Configuration["SUITE_PORT"] ?? "8080");

    /// <summary>The state folder: <c>SUITE_HOME</c>, <c>.suite</c> in the repository when absent.</summary>
    public string Home => Path.GetFullPath(builder.Configuration["SUITE_HOME"] ?? ".suite", _repository);

    /// <summary><c>inference-0</c>, <c>inference-1</c>, ...: <c>SUITE_REPLICAS_INFERENCE</c> of them, one when absent.</summary>
    public IEnumerable<string> InferenceReplicas { get; } =
        [.. Enumerable.Range(0, int.Parse(builder.Configuration["SUITE_REPLICAS_INFERENCE"] ?? "1")).Select(i => $"inference-{i}")];

    /// <summary>The folder of model packages to serve: <c>SUITE_MODELS</c>, <c>models</c> in the repository when absent.</summary>
    public string Models => Path.GetFullPath(builder.Configuration["SUITE_MODELS"] ?? "models", _repository);

    /// <summary>The first administrator's login: <c>Auth:Admin:Email</c>.</summary>
    public string AdminEmail { get; } = builder.Configuration["Auth:Admin:Email"] ?? "admin@suite.local";

    /// <summary><c>Auth:Admin:Password</c>, generated when absent.</summary>
    public string AdminPassword => builder.Configuration["Auth:Admin:Password"] ?? Secret("admin-password");

    /// <summary>What AuthService and StorageService seal with what lies in their stores: 32 bytes in base64, <c>Auth:MasterKey</c>, generated when absent.</summary>
    public string MasterKey => builder.Configuration["Auth:MasterKey"] ?? Secret("master-key", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));

    public string Repository(params string[] path) => Path.Combine([_repository, .. path]);

    public string State(params string[] path) => Path.Combine([Home, .. path]);

    /// <summary>A secret that stays the same from run to run: generated once, kept in <c>secrets/{name}</c> of the state folder.</summary>
    public string Secret(string name) =>
        Secret(name, () => RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24));

    private string Secret(string name, Func<string> create) => SecretFile.ReadOrCreate(State("secrets", name), create);
}
