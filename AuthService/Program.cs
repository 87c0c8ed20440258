using AuthService;
using AuthService.Exchange;
using AuthService.Keys;
using AuthService.Requests;
using AuthService.SigningKeys;
using AuthService.Tokens;
using AuthService.Users;
using ServiceDefaults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Database;
using ServiceDefaults.Health;
using ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<SigningKeyRing>();
builder.Services.AddSingleton<IVerificationKeys>(services => services.GetRequiredService<SigningKeyRing>());
builder.AddServiceDefaults();
builder.AddDatabase<AuthDb>("auth");
builder.AddMessaging();

builder.Services.AddOptions<FirstAdminOptions>().BindConfiguration("Auth:Admin");
builder.Services.AddSingleton<FirstAdmin>();
builder.Services.AddSingleton<FirstStart>();
builder.Services.AddHostedService(services => services.GetRequiredService<FirstStart>());
builder.Services.AddHealthChecks().AddCheck<FirstStart>("signing-keys", tags: [HealthExtensions.Ready]);

builder.Services.AddSingleton<Passwords>();
builder.Services.AddSingleton<TokenIssuer>();
builder.Services.AddSingleton<SignInTurns>();
builder.Services.AddScoped<SignInGuard>();
builder.Services.AddScoped<PasswordGrant>();
builder.Services.AddScoped<RefreshTokens>();
builder.Services.AddScoped<RefreshGrant>();
builder.Services.AddSingleton<ServiceGrant>();
builder.Services.AddScoped<KeyFinder>();
builder.AddRequestLog();

var app = builder.Build();
app.UseServiceDefaults();
app.MapUsers();
app.MapTokens();
app.MapJwks();
app.MapKeys();
app.MapExchange();
app.MapRequests();
app.Run();
