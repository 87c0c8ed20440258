using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace TrainingService.Compatibility;

/// <summary>The calls that people of a small training system have already; thin over data sets, runs and predictions.</summary>
internal static class CompatibilityExtensions
{
    public static void AddCompatibility(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CompatibilityOptions>().BindConfiguration("Compatibility").ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<DefaultDataset>();
        services.AddScoped<DefaultTrainings>();
        services.AddHttpClient<OwnPredictions>(client => client.Timeout = TimeSpan.FromSeconds(30));
    }

    public static void MapCompatibility(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("").RequireScope(Scopes.Predict).WithTags("Compatibility")
            .AddEndpointFilter(RefuseGuestsAsync)
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden);
        routes.MapDataTrain();
        routes.MapModelTrain();
        routes.MapModelTest();
    }

    private static ValueTask<object?> RefuseGuestsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => context.HttpContext.User.IsInRole("guest")
        ? throw new ProblemException(StatusCodes.Status403Forbidden, "needs-account", "Training data and models belong to an account: register and sign in.")
        : next(context);
}
