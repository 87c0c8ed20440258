using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Runs;
using TrainingService.Runs.Views;

namespace TrainingService.Compatibility;

/// <summary><c>/model/train</c> and <c>/model/kpis</c>: a training as one call, and what all of them came to.</summary>
internal static class ModelTrainApi
{
    public static void MapModelTrain(this RouteGroupBuilder app)
    {
        foreach (var train in (RouteHandlerBuilder[])[app.MapGet("/model/train", TrainAsync).WithName("TrainModelByGet"), app.MapPost("/model/train", TrainAsync).WithName("TrainModel")])
        {
            train.WithSummary("Train on all rows posted to /data/train and answer the number of labels and the confusion matrix; 202 with a Location if it takes longer than a minute.")
                .WithDescription("The model serves you alone from then on. Asked again with the same rows, it answers the training whose model serves. ?learner= is logistic-regression or gradient-boosted-trees.")
                .Produces<TrainingUnderWay>(StatusCodes.Status202Accepted)
                .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
                .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }
        app.MapGet("/model/train/{run:guid}", GetAsync).WithName("GetTraining").WithSummary("What came of a training, or 202 and how far it is.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        app.MapGet("/model/kpis", HistoryAsync).WithName("GetTrainingKpis").WithSummary("Your trainings with labels, precision and confusion matrix, newest first; as CSV with ?format=csv.")
            .Produces<TrainingHistory>(StatusCodes.Status200OK, "application/json", "text/csv").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<TrainingKpis>, Accepted<TrainingUnderWay>>> TrainAsync(string? learner, ClaimsPrincipal user, DefaultTrainings trainings, CancellationToken cancellation)
    {
        var run = await trainings.StartAsync(user.CallerId(), learner, cancellation);
        return await AnswerAsync(await trainings.WaitAsync(run, cancellation), trainings, cancellation);
    }

    private static async Task<Results<Ok<TrainingKpis>, Accepted<TrainingUnderWay>>> GetAsync(Guid run, ClaimsPrincipal user, DefaultTrainings trainings, CancellationToken cancellation) =>
        await AnswerAsync(await trainings.FindAsync(user.CallerId(), run, cancellation), trainings, cancellation);

    private static async Task<Results<Ok<TrainingHistory>, ContentHttpResult>> HistoryAsync(
        [AsParameters] RunPageQuery query, string? format, ClaimsPrincipal user, DefaultTrainings trainings, CancellationToken cancellation)
    {
        if (format is not (null or "json" or "csv"))
            throw ProblemException.Invalid("format", "'format' is json or csv.");
        var history = await trainings.HistoryAsync(user.CallerId(), query, cancellation);
        return format == "csv" ? TypedResults.Text(TrainingKpis.ToCsv(history.Runs), "text/csv") : TypedResults.Ok(history);
    }

    private static async Task<Results<Ok<TrainingKpis>, Accepted<TrainingUnderWay>>> AnswerAsync(Run run, DefaultTrainings trainings, CancellationToken cancellation)
    {
        if (run.FinishedAt is not null)
            return TypedResults.Ok(await trainings.KpisAsync(run, cancellation));
        var location = $"/model/train/{run.Id}";
        return TypedResults.Accepted(location, new TrainingUnderWay(run.Id, run.Status.ToString().ToLowerInvariant(), run.Progress?.Stage, run.Progress?.Done, run.Progress?.Total, location));
    }
}
