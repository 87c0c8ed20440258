using MassTransit;
using Microsoft.AspNetCore.OpenApi;
using TrainingService.LabelKinds;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

internal static class EvaluationExtensions
{
    public static void AddEvaluations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureAll<OpenApiOptions>(options => options.AddSchemaTransformer<LabelSchemas>());
        services.AddScoped<ReferenceSets>();
        services.AddScoped<TestSides>();
        services.AddScoped<VersionAnswers>();
        services.AddScoped<VersionEvaluator>();
        services.AddScoped<EvaluationRecorder>();
        services.AddScoped<CandidateTrial>();
        services.AddScoped<Judge>();
        services.AddScoped<Gatekeeper>();
        services.AddScoped<EvaluationReports>();
        services.AddScoped<IRunJob, EvaluationJob>();
    }

    public static void AddEvaluationConsumer(this IBusRegistrationConfigurator bus) => bus.AddConsumer<RefuseUnloadable, RefuseUnloadableDefinition>();
}
